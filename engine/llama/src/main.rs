//! The worker that cleans and converses; started by the server.

use std::process::ExitCode;

use engine_llama::isa;
use engine_llama::worker::LlamaBackend;
use engine_worker::os;
use engine_worker::serve::{self, Arguments};

/// Looked at before the constructors of the C++ libraries run, whose code may use the very instructions that this
/// processor lacks.
#[cfg(target_os = "linux")]
#[used]
#[expect(unsafe_code, reason = "there is no other way to run before a library's constructors")]
// SAFETY: the section holds pointers to functions that take nothing and give nothing back, which this is; the function
// touches nothing that a constructor would have to set up first.
#[unsafe(link_section = ".preinit_array")]
static REFUSE_FIRST: extern "C" fn() = refuse_where_it_cannot_run;

extern "C" fn refuse_where_it_cannot_run() {
    if let Some(complaint) = isa::complaint() {
        eprintln!("error: {complaint}");
        os::leave(serve::EXIT_UNUSABLE);
    }
}

fn main() -> ExitCode {
    refuse_where_it_cannot_run();
    // Weights that are read lie where the worker is bound to; mapped ones lie wherever some process read them first.
    let bound = Arguments::from_command_line().memory_node.is_some();
    serve::serve(LlamaBackend::new(bound))
}
