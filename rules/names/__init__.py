"""Does this name use or imitate a protected school name? `Matcher(schools).screen(name)` answers."""

from rules.names.matcher import Matcher
from rules.names.model import NameKind, NameMatch, NameVerdict
from rules.names.protected import ProtectedFile, ProtectedNames, ProtectedSchool

__all__ = ["Matcher", "NameKind", "NameMatch", "NameVerdict", "ProtectedFile", "ProtectedNames", "ProtectedSchool"]
