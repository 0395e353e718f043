"""Utterances that say similar things, put together: without being told how many things are said.

First each utterance takes on a little of those most like it, which carries it over words it does not share with all of
them. Then the two most similar groups become one, again and again, until the most similar two are not similar any more
(average linkage). Large amounts come in parts: what belongs to a group joins it, the rest is grouped among itself.
Always the same result for the same utterances in the same order; docs/decisions/0006-grouping.md has the figures.
"""

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.cluster import AgglomerativeClustering
from sklearn.preprocessing import normalize

from convdata.review.likeness import Matrix

PART = 4_000  # utterances that are grouped at a time: everything is compared with everything
OF_MANY = 2_500  # the same where there are more of them than that: it needs less memory, and those that follow join
NEIGHBOURS = 5
BORROWED = 0.5  # what its neighbours together weigh in an utterance, beside itself
APART = 0.7  # groups further apart than this (average cosine distance) stay two
JOINS = 0.22  # an utterance this similar (average cosine) to a group of before belongs to it
MEETS = 0.25  # one that is alone is looked at again when one this similar arrives
MANY_GROUPS = 3_000  # from here on an utterance is compared by what is rarest in it first
RAREST = 24

Labels = np.ndarray[Any, np.dtype[np.int64]]


def grouped(vectors: Matrix, labels: Labels, movable: Any) -> Labels:
    """Labels for all rows: those that have one (not -1) keep it, except rows alone in a ``movable`` group, which may
    join another. New groups get the numbers after the largest.
    """
    labels = labels.copy()
    middles = _Middles(vectors)
    next_label = int(labels.max(initial=-1)) + 1
    waiting = np.flatnonzero(labels < 0)
    size = PART if len(waiting) <= PART else OF_MANY
    for start in range(0, len(waiting), size):
        part = waiting[start : start + size]
        alone = _alone(labels, movable)
        middles.take(labels, (labels >= 0) & ~alone)
        rest = middles.join(labels, part)
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


def typicality(vectors: Matrix, labels: Labels, rows: Any) -> Any:
    """How similar each of ``rows`` is to the middle of its group."""
    numbers, own = np.unique(labels[rows], return_inverse=True)
    among = np.flatnonzero(np.isin(labels, numbers))
    middle = normalize(_sums(vectors, np.searchsorted(numbers, labels[among]), among, len(numbers)))
    typical = np.zeros(len(rows), np.float32)
    for start in range(0, len(rows), PART):  # middles are long rows: not all of them at once
        some = slice(start, start + PART)
        typical[some] = _products(vectors[rows[some]], middle, own[some])
    return typical


class _Middles:
    """The middles of groups, kept while parts are taken: each row is added once."""

    def __init__(self, vectors: Matrix) -> None:
        self._vectors = vectors
        self._taken = np.zeros(vectors.shape[0], bool)
        self._sums = sparse.csr_matrix((0, vectors.shape[1]), dtype=np.float32)
        self._sizes = np.zeros(0, np.int64)

    def take(self, labels: Labels, settled: Any) -> None:
        """Add the rows that have settled in a group since."""
        new = np.flatnonzero(settled & ~self._taken)
        self._taken[new] = True
        count = int(labels.max(initial=-1)) + 1
        if count > self._sums.shape[0]:
            self._sums.resize(count, self._vectors.shape[1])
        if len(new):
            self._sums = self._sums + _sums(self._vectors, labels[new], new, count)
        self._sizes = np.bincount(labels[self._taken], minlength=count)

    def join(self, labels: Labels, part: Any) -> Any:
        """Give rows of ``part`` the label of the group that they belong to; gives the rest."""
        if not self._sizes.any():
            return part
        rows = self._vectors[part]
        share = sparse.diags((1 / np.maximum(self._sizes, 1)).astype(np.float32))
        many = len(self._sizes) > MANY_GROUPS
        best, group = _largest(((_rarest(rows) if many else rows) @ self._sums.T @ share).tocsr())
        if many:
            best = _products(rows, self._sums, group) / np.maximum(self._sizes[group], 1)
        joins = best >= JOINS
        labels[part[joins]] = group[joins]
        return part[~joins]


def _alike(vectors: Matrix) -> Any:
    """How similar any two rows are once each has taken on a little of its neighbours."""
    plain = (vectors @ vectors.T).toarray()
    np.fill_diagonal(plain, 0)
    count = min(NEIGHBOURS, len(plain) - 1)
    nearest = np.concatenate(
        [np.argpartition(-rows, count - 1, axis=1)[:, :count] for rows in np.array_split(plain, 1 + len(plain) // 512)]
    ).ravel()
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


def _meeting(vectors: Matrix, alone: Any, arrived: Any) -> Any:
    """Those of the single rows that something like them has arrived for; the nearest ones if they are very many."""
    if not len(alone) or not len(arrived):
        return alone[:0]
    rows, others = vectors[alone], vectors[arrived]
    best, other = _largest(((_rarest(rows) if len(alone) > MANY_GROUPS else rows) @ others.T).tocsr())
    if len(alone) > MANY_GROUPS:
        best = _products(rows, others, other)
    met = np.flatnonzero(best >= MEETS)
    if len(met) > OF_MANY:
        met = np.sort(met[np.argsort(-best[met], kind="stable")[:OF_MANY]])
    return alone[met]


def _alone(labels: Labels, movable: Any) -> Any:
    sizes = np.bincount(labels[labels >= 0], minlength=1)
    alone = labels >= 0
    alone[alone] = sizes[labels[alone]] == 1
    return alone & movable


def _sums(vectors: Matrix, groups: Any, rows: Any, count: int) -> Matrix:
    """For each group, the sum of those of ``rows`` that are in it."""
    ones = np.ones(len(rows), np.float32)
    member = sparse.csr_matrix((ones, (groups, rows)), shape=(count, vectors.shape[0]))
    return (member @ vectors).tocsr()


def _products(rows: Matrix, others: Matrix, which: Any) -> Any:
    """The product of each row with the one of the others that belongs to it."""
    return np.asarray(rows.multiply(others[which]).sum(axis=1)).ravel()


def _rarest(rows: Matrix) -> Matrix:
    """Each row's heaviest entries only: what is rare says most, and few others have it."""
    owners = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    order = np.lexsort((-rows.data, owners))
    rank = np.arange(len(order)) - rows.indptr[owners[order]]
    kept = np.sort(order[rank < RAREST])
    starts = np.concatenate([[0], np.cumsum(np.bincount(owners[kept], minlength=rows.shape[0]))])
    return sparse.csr_matrix((rows.data[kept], rows.indices[kept], starts), shape=rows.shape)


def _largest(alike: Matrix) -> tuple[Any, Any]:
    """The largest entry of each row and its column, the first of equals."""
    best = np.zeros(alike.shape[0], np.float32)
    where = np.zeros(alike.shape[0], np.int64)
    filled = np.flatnonzero(np.diff(alike.indptr))
    if len(filled):
        data = np.round(alike.data, 6)
        best[filled] = np.maximum.reduceat(data, alike.indptr[filled])
        columns = np.where(data == np.repeat(best, np.diff(alike.indptr)), alike.indices, alike.shape[1])
        where[filled] = np.minimum.reduceat(columns, alike.indptr[filled])
    return best, where
