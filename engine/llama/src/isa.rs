//! What this executable was built for, and the check that it may run here.

use engine_worker::isa::{Variant, missing, refusal};

/// Name of the variant ("native", "avx2", ...), set by the build script.
pub const BUILT_FOR: &str = env!("ALFAVOICE_BUILT_FOR");
/// Features of the building machine, for a `native` build.
const NATIVE_FEATURES: &str = env!("ALFAVOICE_NATIVE_FEATURES");

/// The complaint to end with when this processor lacks something.
pub fn complaint() -> Option<String> {
    let variant = Variant::named(BUILT_FOR)?;
    let lacking = match variant {
        Variant::Native => missing(NATIVE_FEATURES.split(',').filter(|name| !name.is_empty())),
        variant => missing(variant.features()),
    };
    (!lacking.is_empty()).then(|| refusal(BUILT_FOR, &lacking))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_build_knows_its_variant_and_this_machine_can_run_it() {
        assert!(Variant::named(BUILT_FOR).is_some(), "{BUILT_FOR}");
        assert_eq!(complaint(), None);
    }
}
