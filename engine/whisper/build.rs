//! Remembers what the executable is built for: the variant from `ALFAVOICE_ISA` (set by `cargo xtask build`), and for
//! a native build the features of this machine.

// As a file, not as a package: building all of `engine-worker` a second time for this would take longer than this.
#[allow(dead_code)]
#[path = "../worker/src/isa.rs"]
mod isa;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=../worker/src/isa.rs");
    println!("cargo:rerun-if-env-changed={}", isa::BUILD_VARIABLE);
    let variant = std::env::var(isa::BUILD_VARIABLE).unwrap_or_else(|_| isa::Variant::Native.name().to_owned());
    let known: Vec<_> = isa::Variant::ALL.into_iter().map(isa::Variant::name).collect();
    assert!(
        known.contains(&variant.as_str()),
        "{} is `{variant}`; give one of {}",
        isa::BUILD_VARIABLE,
        known.join(", ")
    );
    println!("cargo:rustc-env=ALFAVOICE_BUILT_FOR={variant}");
    let features: Vec<_> = isa::native_features().collect();
    println!("cargo:rustc-env=ALFAVOICE_NATIVE_FEATURES={}", features.join(","));
}
