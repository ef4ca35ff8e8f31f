//! Linux: signals, `/proc`, affinity masks and memory policies.

use std::fs;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use crate::cpus::{CpuSet, HIGHEST_CPU};

/// For the OpenMP library inside a native engine, which reads them before `main`: its helpers sleep between two
/// pieces of work instead of spinning on cores that another slot may have been given, stay on the cores of the slot
/// thread that started them, and are never more than the engine asked for.
pub const THREAD_ENVIRONMENT: &[(&str, &str)] =
    &[("OMP_WAIT_POLICY", "passive"), ("OMP_PROC_BIND", "false"), ("OMP_DYNAMIC", "false"), ("OMP_NUM_THREADS", "1")];

/// Makes the kernel kill this process when the thread that started it is gone, even if it is stopped by then.
#[expect(unsafe_code, reason = "no safe wrapper for prctl")]
pub fn leave_with_parent() {
    // SAFETY: PR_SET_PDEATHSIG takes a signal number and touches no memory.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
}

/// Takes the link from descriptor 0 and leaves an empty input there, which libraries may read as they like.
#[expect(unsafe_code, reason = "descriptor 0 is ours by agreement with the server")]
pub fn take_link() -> io::Result<UnixStream> {
    if !fs::metadata("/proc/self/fd/0")?.file_type().is_socket() {
        return Err(io::Error::new(io::ErrorKind::NotConnected, "standard input is not a link to a server"));
    }
    // SAFETY: 0 is open (it was just looked at) and nobody else in this process owns it; the copy made here is owned
    // by the stream alone.
    let link = unsafe {
        let copy = libc::fcntl(0, libc::F_DUPFD_CLOEXEC, 3);
        if copy < 0 {
            return Err(io::Error::last_os_error());
        }
        UnixStream::from(OwnedFd::from_raw_fd(copy))
    };
    let nothing = fs::File::open("/dev/null")?;
    // SAFETY: replaces descriptor 0 by a copy of an open one.
    if unsafe { libc::dup2(nothing.as_raw_fd(), 0) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(link)
}

/// Ends this process at once: no destructors, which could wait for threads that are deep inside a library.
#[expect(unsafe_code, reason = "std::process::exit runs the libraries' destructors")]
pub fn leave(code: i32) -> ! {
    // SAFETY: never returns and needs nothing.
    unsafe { libc::_exit(code) }
}

/// Stops this process as SIGSTOP from outside does (the scripted worker's way to hang).
#[expect(unsafe_code, reason = "no safe wrapper for kill")]
pub fn stop() {
    // SAFETY: sends a signal to this process, touches no memory.
    unsafe { libc::kill(libc::getpid(), libc::SIGSTOP) };
}

/// Sends SIGKILL. The caller makes sure that the process has not been reaped, so that its number is still its own.
#[expect(unsafe_code, reason = "no safe wrapper for kill")]
pub fn kill(pid: u32) {
    // SAFETY: sends a signal, touches no memory.
    unsafe { libc::kill(pid as libc::pid_t, libc::SIGKILL) };
}

/// Blocks until a child is dead and leaves it to be reaped.
#[expect(unsafe_code, reason = "the standard library cannot wait without reaping")]
pub fn wait_until_dead(pid: u32) {
    loop {
        // SAFETY: all zeroes is a valid siginfo_t, which the kernel fills in.
        let outcome = unsafe {
            let mut info: libc::siginfo_t = std::mem::zeroed();
            libc::waitid(libc::P_PID, pid, &raw mut info, libc::WEXITED | libc::WNOWAIT)
        };
        if outcome == 0 || io::Error::last_os_error().kind() != io::ErrorKind::Interrupted {
            return;
        }
    }
}

/// Physical memory of a process (none = this one); 0 when it is gone.
#[expect(unsafe_code, reason = "no safe wrapper for sysconf")]
pub fn resident_bytes(pid: Option<u32>) -> u64 {
    let path = pid.map_or_else(|| "/proc/self/statm".to_owned(), |pid| format!("/proc/{pid}/statm"));
    let pages = fs::read_to_string(path).ok().and_then(|text| text.split_whitespace().nth(1)?.parse::<u64>().ok());
    // SAFETY: asks for a constant.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    pages.unwrap_or(0) * u64::try_from(page).unwrap_or(4096)
}

/// Keeps the calling thread, and the threads that it will start, on these processors; an empty set changes nothing.
pub fn pin_thread(cpus: &CpuSet) -> io::Result<()> {
    let mut wanted = cpus.iter();
    let pinned = match (wanted.next(), wanted.next()) {
        (None, _) => Ok(()),
        (Some(id), None) if id < libc::CPU_SETSIZE as usize => {
            if core_affinity::set_for_current(core_affinity::CoreId { id }) {
                Ok(())
            } else {
                Err(io::Error::last_os_error())
            }
        }
        _ => set_affinity(cpus),
    };
    pinned.map_err(|error| {
        let have = thread_cpus().map(|cpus| cpus.to_string()).unwrap_or_default();
        io::Error::new(
            error.kind(),
            format!("cannot run on processors `{cpus}` (this process may use `{have}`): {error}"),
        )
    })
}

const WORD_BITS: usize = usize::BITS as usize;
const MASK_WORDS: usize = (HIGHEST_CPU + 1) / WORD_BITS;

#[expect(unsafe_code, reason = "core_affinity sets one processor only, the libc wrapper ends at 1024")]
fn set_affinity(cpus: &CpuSet) -> io::Result<()> {
    let mut mask = [0_usize; MASK_WORDS];
    for cpu in cpus.iter() {
        mask[cpu / WORD_BITS] |= 1 << (cpu % WORD_BITS);
    }
    // SAFETY: the kernel reads as many bytes as it is told, which are the mask's.
    let outcome = unsafe { libc::sched_setaffinity(0, size_of_val(&mask), mask.as_ptr().cast()) };
    if outcome == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Where the calling thread may run, by the kernel's word.
#[expect(unsafe_code, reason = "the libc wrapper ends at 1024 processors")]
pub fn thread_cpus() -> io::Result<CpuSet> {
    let mut mask = [0_usize; MASK_WORDS];
    // SAFETY: the kernel writes at most as many bytes as it is told, which are the mask's.
    let outcome = unsafe { libc::sched_getaffinity(0, size_of_val(&mask), mask.as_mut_ptr().cast()) };
    if outcome != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok((0..=HIGHEST_CPU).filter(|cpu| mask[cpu / WORD_BITS] & (1 << (cpu % WORD_BITS)) != 0).collect())
}

/// Takes all further memory of the process from one NUMA node. To be called before other threads exist.
#[expect(unsafe_code, reason = "set_mempolicy has no wrapper in libc")]
pub fn bind_memory(node: u32) -> io::Result<()> {
    let mut nodes = [0_usize; 1024 / WORD_BITS];
    let Some(word) = nodes.get_mut(node as usize / WORD_BITS) else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("there is no memory node `{node}`")));
    };
    *word |= 1 << (node as usize % WORD_BITS);
    // SAFETY: the kernel reads one bit fewer than it is told (its own off-by-one), all of them inside `nodes`.
    let outcome =
        unsafe { libc::syscall(libc::SYS_set_mempolicy, libc::MPOL_BIND, nodes.as_ptr(), nodes.len() * WORD_BITS) };
    if outcome == 0 {
        return Ok(());
    }
    let error = io::Error::last_os_error();
    Err(io::Error::new(error.kind(), format!("cannot bind memory to node `{node}`: {error}")))
}

/// Processor time of the calling thread.
#[expect(unsafe_code, reason = "the standard library has no thread clock")]
pub fn thread_time() -> Duration {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel fills in the structure.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut now) };
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

/// Whether a process was told to stand still (SIGSTOP). A debugger's hold does not count.
pub fn is_stopped(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name before it may hold anything, brackets too.
    stat.rsplit_once(") ").is_some_and(|(_, fields)| fields.starts_with('T'))
}

/// Processor time of all threads that a process has now.
pub fn process_time(pid: u32) -> Duration {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten();
    let times = tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("schedstat")).ok());
    times.map(|text| first_as_nanoseconds(&text)).sum()
}

fn first_as_nanoseconds(text: &str) -> Duration {
    Duration::from_nanos(text.split_whitespace().next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0))
}

/// A thread that a library started on behalf of a slot thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Helper(libc::pid_t);

/// The threads that inherited the calling thread's name: those that libraries started from it.
#[expect(unsafe_code, reason = "the standard library does not tell a thread's number")]
pub fn helpers_of_this_thread() -> Vec<Helper> {
    let Ok(name) = fs::read_to_string("/proc/thread-self/comm") else { return Vec::new() };
    // SAFETY: asks for a number.
    let own = unsafe { libc::gettid() };
    let Ok(tasks) = fs::read_dir("/proc/self/task") else { return Vec::new() };
    tasks
        .filter_map(|task| task.ok()?.file_name().to_str()?.parse().ok())
        .filter(|tid| *tid != own)
        .filter(|tid| fs::read_to_string(format!("/proc/self/task/{tid}/comm")).is_ok_and(|comm| comm == name))
        .map(Helper)
        .collect()
}

/// Processor time of a helper; zero when it is gone.
pub fn helper_time(helper: Helper) -> Duration {
    first_as_nanoseconds(&fs::read_to_string(format!("/proc/self/task/{}/schedstat", helper.0)).unwrap_or_default())
}
