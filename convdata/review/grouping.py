"""Utterances that say similar things, put together: without being told how many things are said.

First each utterance takes on a little of those most like it, which carries it over words it does not share with all of
them. Then the two most similar groups become one, again and again, until the most similar two are not similar any more
(average linkage). Large amounts come in parts: what belongs to a group joins it, the rest is grouped among itself.
Always the same result for the same utterances in the same order; docs/decisions/0005-grouping.md has the figures.
"""

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.cluster import AgglomerativeClustering

from convdata.review.likeness import Matrix

PART = 4_000  # utterances that are grouped at a time: everything is compared with everything
NEIGHBOURS = 5
BORROWED = 0.5  # what its neighbours together weigh in an utterance, beside itself
APART = 0.7  # groups further apart than this (average cosine distance) stay two
JOINS = 0.22  # an utterance this similar (average cosine) to a group of before belongs to it
MEETS = 0.25  # one that is alone is looked at again when one this similar arrives

Labels = np.ndarray[Any, np.dtype[np.int64]]


def grouped(vectors: Matrix, labels: Labels, movable: Any) -> Labels:
    """Labels for all rows: those that have one (not -1) keep it, except rows alone in a ``movable`` group, which may
    join another. New groups get the numbers after the largest.
    """
    labels = labels.copy()
    next_label = int(labels.max(initial=-1)) + 1
    waiting = np.flatnonzero(labels < 0)
    for start in range(0, len(waiting), PART):
        part = waiting[start : start + PART]
        alone = _alone(labels, movable)
        settled = np.flatnonzero((labels >= 0) & ~alone)
        rest = _join(vectors, labels, settled, part)
        singles = _meeting(vectors, np.flatnonzero(alone), rest)
        pool = np.concatenate([singles, rest])
        if not len(pool):
            continue
        found = similar(vectors[pool])
        for number in range(int(found.max()) + 1):
            together = pool[found == number]
            kept = labels[together][labels[together] >= 0]
            if len(kept):
                label = int(kept.min())
            else:
                label, next_label = next_label, next_label + 1
            labels[together] = label
    return labels


def similar(vectors: Matrix) -> Labels:
    """Groups of rows, numbered in the order of their first row."""
    if vectors.shape[0] < 2:
        return np.zeros(vectors.shape[0], np.int64)
    apart = 1 - _alike(vectors)
    np.clip(apart, 0, None, out=apart)
    np.fill_diagonal(apart, 0)
    found = AgglomerativeClustering(
        None, metric="precomputed", linkage="average", distance_threshold=APART
    ).fit_predict(apart)
    _, first, numbers = np.unique(found, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[numbers], np.int64)


def typicality(vectors: Matrix, labels: Labels) -> Any:
    """How similar each row is to the middle of its group."""
    sums = _sums(vectors, labels)
    lengths = np.sqrt(sums.multiply(sums).sum(axis=1)).A1 if sums.shape[0] else np.zeros(0)
    own = vectors.multiply(sums[labels]).sum(axis=1).A1
    return own / np.maximum(lengths[labels], 1e-9)


def _alike(vectors: Matrix) -> Any:
    """How similar any two rows are once each has taken on a little of its neighbours."""
    plain = (vectors @ vectors.T).toarray()
    np.fill_diagonal(plain, 0)
    count = min(NEIGHBOURS, len(plain) - 1)
    nearest = np.argpartition(-plain, count - 1, axis=1)[:, :count].ravel()
    rows = np.repeat(np.arange(len(plain)), count)
    weights = plain[rows, nearest]
    total = np.maximum(np.bincount(rows, weights, minlength=len(plain)), 1e-9)
    borrowed = sparse.csr_matrix((BORROWED * weights / total[rows], (rows, nearest)), shape=plain.shape)
    takes = (sparse.identity(len(plain), format="csr") + borrowed).astype(np.float32)
    np.fill_diagonal(plain, 1)
    # Products of the new rows, made of the products of the old ones.
    alike = takes @ (takes @ plain).T
    lengths = np.sqrt(np.diagonal(alike)).astype(np.float32)
    alike /= lengths[:, None]
    alike /= lengths
    return alike


def _join(vectors: Matrix, labels: Labels, settled: Any, part: Any) -> Any:
    """Give rows of ``part`` the label of the group of before that they belong to; gives the rest."""
    if not len(settled):
        return part
    numbers, dense = np.unique(labels[settled], return_inverse=True)
    middle = _sums(vectors[settled], dense)
    sizes = np.bincount(dense)
    middle = sparse.diags((1 / sizes).astype(np.float32)) @ middle
    alike = (vectors[part] @ middle.T).tocsr()
    best, group = _largest(alike)
    joins = best >= JOINS
    labels[part[joins]] = numbers[group[joins]]
    return part[~joins]


def _meeting(vectors: Matrix, alone: Any, arrived: Any) -> Any:
    """Those of the single rows that something like them has arrived for; the nearest ones if they are very many."""
    if not len(alone) or not len(arrived):
        return alone[:0]
    best, _ = _largest((vectors[alone] @ vectors[arrived].T).tocsr())
    met = np.flatnonzero(best >= MEETS)
    if len(met) > PART:
        met = np.sort(met[np.argsort(-best[met], kind="stable")[:PART]])
    return alone[met]


def _alone(labels: Labels, movable: Any) -> Any:
    sizes = np.bincount(labels[labels >= 0], minlength=1)
    alone = labels >= 0
    alone[alone] = sizes[labels[alone]] == 1
    return alone & movable


def _sums(vectors: Matrix, labels: Any) -> Matrix:
    count = int(labels.max(initial=-1)) + 1
    member = sparse.csr_matrix(
        (np.ones(len(labels), np.float32), (labels, np.arange(len(labels)))), shape=(count, len(labels))
    )
    return (member @ vectors).tocsr()


def _largest(alike: Matrix) -> tuple[Any, Any]:
    """The largest entry of each row and its column, the first of equals."""
    best = np.zeros(alike.shape[0], np.float32)
    where = np.zeros(alike.shape[0], np.int64)
    filled = np.flatnonzero(np.diff(alike.indptr))
    if len(filled):
        alike.sort_indices()
        data = np.round(alike.data, 6)
        best[filled] = np.maximum.reduceat(data, alike.indptr[filled])
        rows = np.repeat(np.arange(alike.shape[0]), np.diff(alike.indptr))
        hits = np.flatnonzero(data == best[rows])
        first = hits[np.unique(rows[hits], return_index=True)[1]]
        where[rows[first]] = alike.indices[first]
    return best, where
