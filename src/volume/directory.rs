//! Plain directories, as volumes or as the ground of a simulated one.

use super::Probed;

/// What the emulator shows of a directory whose names it folds itself: `real` as default APFS would be.
pub(super) fn simulated(real: Probed) -> Probed {
    Probed { preserves_case: true, folds_case: true, folds_normalisation: true, invalid_utf8: false, ..real }
}
