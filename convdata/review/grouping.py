"""Utterances that say similar things, put together: without being told how many things are said.

First each utterance takes on a little of those most like it, which carries it over words it does not share with all of
them. Then the two most similar groups become one, again and again, until the most similar two are not similar any more
(average linkage). What arrives later is grouped together with the groups that are there: those that have settled keep
their members, the others hold on to theirs, so that they change where it pays and not for nothing. Always the same
result for the same utterances in the same order; docs/decisions/0006-grouping.md has the figures.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.cluster import AgglomerativeClustering

from convdata.review.likeness import Matrix
from convdata.review.middles import MANY_GROUPS, Labels, Middles, largest, products, rarest

PART = 4_000  # utterances that are grouped at a time: everything is compared with everything
OF_MANY = 2_500  # the same where there are more of them than that, or groups already: it needs less memory
NEIGHBOURS = 5
BORROWED = 0.5  # what its neighbours together weigh in an utterance, beside itself
LITTLE = 0.4  # neighbours that are together less like it than this lend less: what is like nothing stays what it is
APART = 0.7  # groups further apart than this (average cosine distance) stay two
HOLDS = 0.95  # members of a group that has not settled count as this much as far apart as they are
MEETS = 0.25  # one that is alone is looked at again when one this similar arrives, where they come in thousands
SOME = 100  # members that speak for a group which has settled, or is larger than this
_NEVER = 1e6  # how far apart two settled groups are, so that they stay two


def grouped(vectors: Matrix, labels: Labels, settled: Any) -> Labels:
    """Labels for all rows. Those that have one (not -1) in a ``settled`` group keep it; others may change. Groups that
    change keep the label by which most of them are known, and new groups get
    numbers after the largest.
    """
    labels = labels.copy()
    waiting = np.flatnonzero(labels < 0)
    many = len(waiting) > PART
    next_label = int(labels.max(initial=-1)) + 1
    middles = Middles(vectors)
    for start in range(0, len(waiting), OF_MANY if many else PART):
        arrived = waiting[start : start + (OF_MANY if many else PART)]
        if many:
            alone = _alone(labels) & ~settled
            middles.take(labels, (labels >= 0) & ~alone)
            arrived = middles.join(labels, arrived)
            beside = _meeting(vectors, np.flatnonzero(alone), arrived)
        else:
            beside = _beside(vectors, labels, settled, arrived)
        pool = np.concatenate([beside, arrived])
        if len(pool):
            _regroup(vectors, labels, settled, pool, next_label)
            next_label = max(next_label, int(labels.max()) + 1)
    return labels


def similar(vectors: Matrix) -> Labels:
    """Groups of rows that have none yet, numbered in the order of their first row."""
    return grouped(vectors, np.full(vectors.shape[0], -1), np.zeros(vectors.shape[0], bool))


def _regroup(vectors: Matrix, labels: Labels, settled: Any, pool: Any, next_label: int) -> None:
    """Group the rows of ``pool`` anew, in place; a group that only some speak for goes as a whole or not at all."""
    before = labels[pool]
    sizes = np.bincount(labels[labels >= 0], minlength=1)
    whole = (before >= 0) & (settled[pool] | (sizes[before] > SOME))
    found = _linked(_apart(vectors[pool], before, whole, settled[pool]))
    after = _named(found, before, settled[pool], sizes, next_label)
    for label in np.unique(before[whole & (after != before)]):
        labels[labels == label] = after[np.flatnonzero(before == label)[0]]
    labels[pool] = after


def _apart(vectors: Matrix, before: Labels, whole: Any, settled: Any) -> Any:
    apart = 1 - _alike(vectors)
    kept = before[:, None] == before
    kept &= before >= 0
    apart[kept] *= HOLDS
    np.maximum(apart, 1e-3, out=apart)  # nothing comes before what must stay together
    apart[kept & whole] = 0
    apart[~kept & settled & settled[:, None]] = _NEVER
    np.fill_diagonal(apart, 0)
    return apart


def _linked(apart: Any) -> Labels:
    """Clusters, numbered in the order of their first row."""
    if len(apart) < 2:
        return np.zeros(len(apart), np.int64)
    linking = AgglomerativeClustering(None, metric="precomputed", linkage="average", distance_threshold=APART)
    found = linking.fit_predict(apart)
    _, first, numbers = np.unique(found, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[numbers], np.int64)


def _named(found: Labels, before: Labels, settled: Any, sizes: Any, next_label: int) -> Labels:
    """Labels for clusters: that of the settled group in it, else that by which most of its rows were known before."""
    had = before >= 0
    pairs, firsts, counts = np.unique(
        np.stack([found[had], before[had]]), axis=1, return_index=True, return_counts=True
    )
    counts = np.where(counts < SOME, counts, sizes[pairs[1]])
    order = np.lexsort((pairs[1], -counts, ~settled[had][firsts]))
    names: dict[int, int] = {}
    given: set[int] = set()
    for cluster, label in pairs[:, order].T.tolist():
        if cluster not in names and label not in given:
            names[cluster] = label
            given.add(label)
    for cluster in range(int(found.max(initial=-1)) + 1):
        if cluster not in names:
            names[cluster], next_label = next_label, next_label + 1
    return np.array([names[cluster] for cluster in found.tolist()], np.int64)


def _alike(vectors: Matrix) -> Any:
    """How similar any two rows are once each has taken on a little of its neighbours."""
    plain = (vectors @ vectors.T).toarray()
    if len(plain) < 2:
        return np.ones_like(plain)
    np.fill_diagonal(plain, 0)
    count = min(NEIGHBOURS, len(plain) - 1)
    nearest = np.concatenate(
        [np.argpartition(-rows, count - 1, axis=1)[:, :count] for rows in np.array_split(plain, 1 + len(plain) // 512)]
    ).ravel()
    rows = np.repeat(np.arange(len(plain)), count)
    weights = plain[rows, nearest]
    total = np.maximum(np.bincount(rows, weights, minlength=len(plain)), LITTLE)
    borrowed = sparse.csr_matrix((BORROWED * weights / total[rows], (rows, nearest)), shape=plain.shape)
    takes = (sparse.identity(len(plain), format="csr") + borrowed).astype(np.float32)
    np.fill_diagonal(plain, 1)
    # Products of the new rows, made of the products of the old ones.
    alike = takes @ (takes @ plain).T
    lengths = np.sqrt(np.diagonal(alike)).astype(np.float32)
    alike /= lengths[:, None]
    alike /= lengths
    return alike


def _beside(vectors: Matrix, labels: Labels, settled: Any, arrived: Any) -> Any:
    """The rows that speak for the groups most like what has arrived, as many as there is room for."""
    room = max(OF_MANY - len(arrived), OF_MANY // 2)
    if not len(arrived) or not (labels >= 0).any():
        return arrived[:0]
    middles = Middles(vectors)
    middles.take(labels, labels >= 0)
    nearest = np.argsort(-middles.nearness(arrived), kind="stable")
    rows = np.flatnonzero(labels >= 0)
    rows = rows[np.argsort(labels[rows], kind="stable")]
    ends = np.cumsum(np.bincount(labels[rows], minlength=len(nearest)))
    chosen = list(_speaking(rows, ends, settled, nearest, room))
    return np.concatenate(chosen) if chosen else arrived[:0]


def _speaking(rows: Any, ends: Any, settled: Any, groups: Any, room: int) -> Iterator[Any]:
    for group in groups.tolist():
        members = rows[ends[group - 1] if group else 0 : ends[group]]
        if len(members) > SOME:
            members = members[np.linspace(0, len(members) - 1, SOME).astype(np.int64)]
        room -= len(members)
        if room < 0:
            return
        yield members


def _meeting(vectors: Matrix, alone: Any, arrived: Any) -> Any:
    """Those of the single rows that something like them has arrived for; the nearest ones if they are very many."""
    if not len(alone) or not len(arrived):
        return alone[:0]
    rows, others = vectors[alone], vectors[arrived]
    best, other = largest(((rarest(rows) if len(alone) > MANY_GROUPS else rows) @ others.T).tocsr())
    if len(alone) > MANY_GROUPS:
        best = products(rows, others, other)
    met = np.flatnonzero(best >= MEETS)
    if len(met) > OF_MANY:
        met = np.sort(met[np.argsort(-best[met], kind="stable")[:OF_MANY]])
    return alone[met]


def _alone(labels: Labels) -> Any:
    sizes = np.bincount(labels[labels >= 0], minlength=1)
    alone = labels >= 0
    alone[alone] = sizes[labels[alone]] == 1
    return alone
