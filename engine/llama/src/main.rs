//! The worker that cleans and converses; started by the server.

use std::process::ExitCode;

use engine_llama::worker::LlamaBackend;
use engine_worker::serve::{self, Arguments};

fn main() -> ExitCode {
    // Weights that are read lie where the worker is bound to; mapped ones lie wherever some process read them first.
    let bound = Arguments::from_command_line().memory_node.is_some();
    serve::serve(LlamaBackend::new(bound))
}
