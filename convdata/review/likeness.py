"""How alike two utterances of one language are: their words, and the letters of these, rare ones counting more.

Letters find typing errors and endings, words find what it is about. A word is taken apart once, however many utterances
have it, so that a hundred thousand utterances are a matter of seconds.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.preprocessing import normalize

from convdata.review.normalising import words

LETTERS = 2**18
_letters = HashingVectorizer(
    analyzer="char_wb", ngram_range=(3, 5), n_features=LETTERS, norm=None, alternate_sign=False, dtype=np.float32
)

Matrix = Any  # scipy's sparse matrices ship no types


class Counted:
    """The words of utterances, counted. Grows: what comes later is counted with the same vocabulary."""

    def __init__(self) -> None:
        self._vocabulary: dict[str, int] = {}
        self._spelt: list[Matrix] = []
        self._rows: list[Matrix] = []
        self.size = 0

    def add(self, normals: Sequence[str]) -> None:
        before = len(self._vocabulary)
        columns: list[int] = []
        starts = [0]
        for normal in normals:
            columns += (self._vocabulary.setdefault(word, len(self._vocabulary)) for word in words(normal))
            starts.append(len(columns))
        counts = sparse.csr_matrix(
            (np.ones(len(columns), np.float32), np.array(columns, np.int32), np.array(starts, np.int64)),
            shape=(len(normals), len(self._vocabulary)),
        )
        counts.sum_duplicates()
        new = list(self._vocabulary)[before:]
        if new:
            self._spelt.append(_letters.transform(new))
        self._rows.append(counts)
        self.size += len(normals)

    def with_more(self, normals: Sequence[str]) -> "Counted":
        """A copy that counts these as well, and leaves this one as it is."""
        copy = Counted()
        copy._vocabulary = dict(self._vocabulary)
        copy._spelt, copy._rows, copy.size = list(self._spelt), [rows.copy() for rows in self._rows], self.size
        copy.add(normals)
        return copy

    def vectors(self) -> Matrix:
        """A unit row for each utterance: half of it its words, half its letters. Weights are of all utterances here."""
        if not self.size:
            return sparse.csr_matrix((0, LETTERS), dtype=np.float32)
        if len(self._rows) > 1:
            for rows in self._rows:
                rows.resize(rows.shape[0], len(self._vocabulary))
            self._rows = [sparse.vstack(self._rows, format="csr")]
        if len(self._spelt) > 1:
            self._spelt = [sparse.vstack(self._spelt, format="csr")]
        by_word = self._rows[0]
        by_letter = by_word @ self._spelt[0]
        both = sparse.hstack([_weighted(by_word), _weighted(by_letter)], format="csr")
        return normalize(both, copy=False)


def _weighted(counts: Matrix) -> Matrix:
    """TF-IDF with damped counts, each row of length one."""
    weighted = counts.astype(np.float32)
    weighted.data = 1 + np.log(weighted.data)
    seen = np.bincount(weighted.indices, minlength=weighted.shape[1])
    rare = (np.log((1 + weighted.shape[0]) / (1 + seen)) + 1).astype(np.float32)
    weighted.data *= rare[weighted.indices]
    return normalize(weighted, copy=False)
