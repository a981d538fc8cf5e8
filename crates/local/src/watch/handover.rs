//! Handing the port over: a socket at the server's stdin, on which the listeners come to it, its greeting goes back,
//! and whose end is the end of the server.

use std::ffi::OsString;
use std::io::{self, IoSlice, IoSliceMut, Read as _, Write as _};
use std::mem::MaybeUninit;
use std::net::TcpListener;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Stdio;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags, recvmsg, sendmsg,
};
use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, Command};
use tokio::sync::watch;

use crate::server::GRACE;

/// One for each loopback address.
const MOST_LISTENERS: usize = 2;

/// A server in a process of its own.
pub(super) struct Served {
    process: Child,
    /// The server ends when this does.
    _lifeline: tokio::net::UnixStream,
}

impl Served {
    /// Starts the program and waits for its greeting; `None` if it ends without one, having said why.
    pub(super) async fn start(
        program: &Path,
        arguments: &[OsString],
        listeners: &[TcpListener],
    ) -> io::Result<Option<(Served, String)>> {
        let (ours, theirs) = UnixStream::pair()?;
        send(&ours, listeners)?;
        let mut command = Command::new(program);
        let command = command.args(arguments).stdin(Stdio::from(OwnedFd::from(theirs)));
        // Ctrl-C at the terminal is for the process that watches.
        let mut process = command.process_group(0).kill_on_drop(true).spawn()?;
        // Its end of the socket is to be in that process alone.
        command.stdin(Stdio::null());
        ours.set_nonblocking(true)?;
        let mut lifeline = tokio::net::UnixStream::from_std(ours)?;
        let mut greeting = String::new();
        match lifeline.read_to_string(&mut greeting).await {
            Ok(_) if !greeting.is_empty() => Ok(Some((Served { process, _lifeline: lifeline }, greeting))),
            _ => {
                drop(lifeline);
                process.wait().await?;
                Ok(None)
            }
        }
    }

    /// When it ends.
    pub(super) async fn ended(&mut self) {
        // An error means that it is not there any more.
        let _ = self.process.wait().await;
    }

    /// Has it end what is under way, and waits until it is gone and the data folder free.
    pub(super) async fn stop(self) {
        let Served { mut process, _lifeline } = self;
        drop(_lifeline);
        // More than thrice its own patience, which is `GRACE` and half a second: a machine may be busy.
        if tokio::time::timeout(4 * GRACE, process.wait()).await.is_err() {
            tracing::warn!("the server did not end in time and is killed; what it acknowledged is on disk");
            let _ = process.kill().await;
        }
    }
}

/// Whether the program would start; it says itself why not.
pub(super) async fn check(program: &Path, arguments: &[OsString]) -> io::Result<bool> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).process_group(0).kill_on_drop(true);
    Ok(command.status().await?.success())
}

/// What a server that was started to be watched over finds at its stdin.
pub struct Handover {
    watcher: UnixStream,
    /// Its sender is gone when the other end is.
    lifeline: watch::Receiver<()>,
}

impl Handover {
    /// Takes the listeners.
    pub fn take() -> io::Result<(Vec<TcpListener>, Handover)> {
        let watcher = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
        let listeners = receive(&watcher)?;
        if listeners.is_empty() {
            return Err(io::Error::other("no port came with it: this is for --watch alone"));
        }
        Ok((listeners, Handover::over(watcher)?))
    }

    fn over(watcher: UnixStream) -> io::Result<Handover> {
        let mut read = watcher.try_clone()?;
        let (end, lifeline) = watch::channel(());
        // A thread of its own, since a socket at stdin is not tokio's; it ends with the process.
        std::thread::spawn(move || {
            let _ = read.read(&mut [0]);
            drop(end);
        });
        Ok(Handover { watcher, lifeline })
    }

    /// Tells that it serves from now on.
    pub fn greet(&mut self, greeting: &str) -> io::Result<()> {
        self.watcher.write_all(greeting.as_bytes())?;
        self.watcher.shutdown(std::net::Shutdown::Write)
    }

    /// Waits until the process that watches wants an end, or has come to its own: also before the greeting.
    pub fn ended(&self) -> impl Future<Output = ()> + use<> {
        let mut lifeline = self.lifeline.clone();
        async move { while lifeline.changed().await.is_ok() {} }
    }
}

fn send(to: &UnixStream, listeners: &[TcpListener]) -> io::Result<()> {
    let listeners: Vec<BorrowedFd<'_>> = listeners.iter().take(MOST_LISTENERS).map(|it| it.as_fd()).collect();
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_LISTENERS))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    control.push(SendAncillaryMessage::ScmRights(&listeners));
    // Descriptors travel with at least one byte.
    sendmsg(to, &[IoSlice::new(&[0])], &mut control, SendFlags::empty())?;
    Ok(())
}

fn receive(from: &UnixStream) -> io::Result<Vec<TcpListener>> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_LISTENERS))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    recvmsg(from, &mut [IoSliceMut::new(&mut [0])], &mut control, RecvFlags::empty())?;
    let mut listeners = Vec::new();
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(descriptors) = message {
            listeners.extend(descriptors.map(TcpListener::from));
        }
    }
    Ok(listeners)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listeners_go_over_a_socket() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (ours, theirs) = UnixStream::pair().expect("a pair");
        send(&ours, &[listener]).expect("it is sent");
        let received = receive(&theirs).expect("it comes");
        let [received] = &received[..] else { panic!("{received:?}") };
        assert_eq!(received.local_addr().expect("an address"), address);
        let client = std::net::TcpStream::connect(address).expect("somebody listens");
        assert_eq!(received.accept().expect("it is there").1, client.local_addr().expect("an address"));
    }

    #[tokio::test]
    async fn the_end_of_the_watcher_is_seen_before_the_greeting_and_as_often_as_one_asks() {
        let (ours, theirs) = UnixStream::pair().expect("a pair");
        let mut handover = Handover::over(theirs).expect("a handover");
        let ended = handover.ended();
        drop(ours);
        ended.await;
        handover.ended().await;
        assert!(handover.greet("hello").is_err());
    }

    #[tokio::test]
    async fn a_greeting_is_no_end() {
        let (mut ours, theirs) = UnixStream::pair().expect("a pair");
        let mut handover = Handover::over(theirs).expect("a handover");
        handover.greet("hello").expect("somebody is there");
        let mut greeting = String::new();
        ours.read_to_string(&mut greeting).expect("it comes");
        assert_eq!(greeting, "hello");
        assert!(handover.lifeline.has_changed().is_ok());
        drop(ours);
        handover.ended().await;
    }
}
