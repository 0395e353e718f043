"""The languages of the demo world, one file each; a new one is a new file and a place in this tuple."""

from convdata.demo.languages.english import ENGLISH
from convdata.demo.languages.french import FRENCH
from convdata.demo.languages.german import GERMAN
from convdata.demo.languages.italian import ITALIAN
from convdata.demo.languages.spanish import SPANISH

LANGUAGES = (ENGLISH, FRENCH, GERMAN, SPANISH, ITALIAN)
