//! The command line that every worker executable understands, and the place in the machine that it asks for.

use std::io;

use clap::Parser;

use crate::cpus::CpuSet;
use crate::os;

/// Where a worker is to live.
#[derive(Debug, Clone, Default, PartialEq, Eq, Parser)]
#[command(about = "A worker of the AlfaVoice server, which starts it by itself", version)]
pub struct Arguments {
    /// Processors of the whole process, as in `0-7,16-23`
    #[arg(long, value_parser = CpuSet::parse)]
    pub cpus: Option<CpuSet>,
    /// NUMA node from which all memory comes
    #[arg(long)]
    pub memory_node: Option<u32>,
}

impl Arguments {
    /// Ends the process with a message when they are wrong.
    pub fn from_command_line() -> Self {
        Self::parse()
    }

    /// Pins the calling thread and binds the process's memory; threads started later inherit both.
    ///
    /// A processor that cannot be had is an error: the plan is wrong. Memory that cannot be bound (containers often
    /// forbid it) only costs speed and is logged.
    pub fn take_place(&self) -> io::Result<()> {
        if let Some(cpus) = &self.cpus {
            os::pin_thread(cpus)?;
            let have = os::thread_cpus()?;
            if have != *cpus {
                tracing::warn!("asked for processors `{cpus}`, the kernel allows only `{have}` of them");
            }
        }
        if let Some(Err(error)) = self.memory_node.map(os::bind_memory) {
            tracing::warn!("memory stays where the kernel puts it: {error}");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_from_the_command_line() {
        let read = Arguments::try_parse_from(["worker", "--cpus", "0-3", "--memory-node", "1"]).unwrap();
        assert_eq!(read, Arguments { cpus: Some(CpuSet::parse("0-3").unwrap()), memory_node: Some(1) });
        assert!(Arguments::try_parse_from(["worker", "--cpus", "3-0"]).is_err());
        assert!(Arguments::try_parse_from(["worker", "--model", "x"]).is_err());
    }
}
