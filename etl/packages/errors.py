"""What can keep a package from being made, signed or taken; one class a cause."""

from __future__ import annotations

from geo.errors import CampusError


class PackageError(CampusError):
    """Something about a package."""

    key = "packages.error"


class NotAPackageError(PackageError):
    """The file is no package, or holds something beside what a package holds."""

    key = "packages.not_a_package"


class PackageTooLargeError(PackageError):
    """The file, or what it would unpack to, is larger than any package."""

    key = "packages.too_large"


class UnknownKeyError(PackageError):
    """The package was signed with another key than the one that is trusted."""

    key = "packages.unknown_key"


class ForeignDraftError(PackageError):
    """The draft was made by another installation."""

    key = "packages.foreign_draft"


class ChangedPackageError(PackageError):
    """The package is not as it was signed."""

    key = "packages.changed"


class NotReviewedError(PackageError):
    """The package is a draft that nobody has reviewed."""

    key = "packages.not_reviewed"


class ReviewedAlreadyError(PackageError):
    """The package was reviewed and signed before."""

    key = "packages.reviewed_already"


class SamePersonError(PackageError):
    """Who made a package does not review it."""

    key = "packages.same_person"


class NotAReviewerError(PackageError):
    """The account's role does not review packages."""

    key = "packages.not_a_reviewer"


class OnlyPoliceError(PackageError):
    """Packages are made and signed by the police instance alone."""

    key = "packages.only_police"


class OnlyJointError(PackageError):
    """Packages are taken by the joint instance alone: nothing comes back."""

    key = "packages.only_joint"


class TrainingPackageError(PackageError):
    """Made-up results are not let into a database of real ones."""

    key = "packages.training"


class RealPackageError(PackageError):
    """Real results are not let into a training database."""

    key = "packages.real"


class NoKeyFileError(PackageError):
    """The file holds no public key as `package key` prints it."""

    key = "packages.no_key_file"


class UnknownPackageTableError(PackageError):
    """The table is none that passes."""

    key = "packages.unknown_table"
    exit_code = 2


class UnknownDistrictError(PackageError):
    """There is no result of such a district."""

    key = "packages.unknown_district"


class NothingToPackError(PackageError):
    """There is no result at all."""

    key = "packages.nothing"


class OtherColumnsError(PackageError):
    """A table of the package has other columns than this version's: one of the two is older."""

    key = "packages.other_columns"


class OlderPackageError(PackageError):
    """What stands came with a package of a later day."""

    key = "packages.older"


class UnreadablePackageError(PackageError):
    """The file is not there or cannot be read."""

    key = "packages.unreadable"


class UnwritablePackageError(PackageError):
    """The file cannot be made at that place."""

    key = "packages.unwritable"
