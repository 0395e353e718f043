"""The middles of groups: what a group is like on average, so that one utterance need not be compared with all of them."""

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.preprocessing import normalize

from convdata.review.likeness import Matrix

JOINS = (
    0.22  # an utterance this similar (average cosine) to a group of before belongs to it, where they come in thousands
)
MANY_GROUPS = 3_000  # from here on an utterance is compared by what is rarest in it first
MANY_ROWS = 20_000  # the same where it is only asked which groups come near
RAREST = 24
AT_A_TIME = 4_000  # middles are long rows: not all of them at once

Labels = np.ndarray[Any, np.dtype[np.int64]]


class Middles:
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
        many = len(self._sizes) > MANY_GROUPS
        best, group = largest(self._likeness(rows, many))
        if many:
            best = products(rows, self._sums, group) / np.maximum(self._sizes[group], 1)
        joins = best >= JOINS
        labels[part[joins]] = group[joins]
        return part[~joins]

    def nearness(self, part: Any) -> Any:
        """How similar each group is, on average, to that row of ``part`` which it is most similar to."""
        found = np.zeros(len(self._sizes), np.float32)
        rough = self._vectors.shape[0] > MANY_ROWS
        for start in range(0, len(part), AT_A_TIME):
            alike = self._likeness(self._vectors[part[start : start + AT_A_TIME]], rough)
            if alike.nnz:
                np.maximum(found, alike.max(axis=0).toarray().ravel(), out=found)
        return found

    def _likeness(self, rows: Matrix, rough: bool) -> Matrix:
        share = sparse.diags((1 / np.maximum(self._sizes, 1)).astype(np.float32))
        return ((rarest(rows) if rough else rows) @ self._sums.T @ share).tocsr()


def typicality(vectors: Matrix, labels: Labels, rows: Any) -> Any:
    """How similar each of ``rows`` is to the middle of its group."""
    numbers, own = np.unique(labels[rows], return_inverse=True)
    among = np.flatnonzero(np.isin(labels, numbers))
    middle = normalize(_sums(vectors, np.searchsorted(numbers, labels[among]), among, len(numbers)))
    typical = np.zeros(len(rows), np.float32)
    for start in range(0, len(rows), AT_A_TIME):
        some = slice(start, start + AT_A_TIME)
        typical[some] = products(vectors[rows[some]], middle, own[some])
    return typical


def products(rows: Matrix, others: Matrix, which: Any) -> Any:
    """The product of each row with the one of the others that belongs to it."""
    return np.asarray(rows.multiply(others[which]).sum(axis=1)).ravel()


def rarest(rows: Matrix) -> Matrix:
    """Each row's heaviest entries only: what is rare says most, and few others have it."""
    owners = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    order = np.lexsort((-rows.data, owners))
    rank = np.arange(len(order)) - rows.indptr[owners[order]]
    kept = np.sort(order[rank < RAREST])
    starts = np.concatenate([[0], np.cumsum(np.bincount(owners[kept], minlength=rows.shape[0]))])
    return sparse.csr_matrix((rows.data[kept], rows.indices[kept], starts), shape=rows.shape)


def largest(alike: Matrix) -> tuple[Any, Any]:
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


def _sums(vectors: Matrix, groups: Any, rows: Any, count: int) -> Matrix:
    """For each group, the sum of those of ``rows`` that are in it."""
    ones = np.ones(len(rows), np.float32)
    member = sparse.csr_matrix((ones, (groups, rows)), shape=(count, vectors.shape[0]))
    return (member @ vectors).tocsr()
