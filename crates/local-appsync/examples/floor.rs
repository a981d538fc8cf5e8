//! What the kernel asks for: the same bytes to each of many sockets, one `write` at a time, and nothing else.
//!
//! `floor SOCKETS ROUNDS BYTES` prints its address, and begins once that many clients are connected.

use std::io::Write;
use std::net::TcpListener;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let numbers: Vec<usize> = std::env::args().skip(1).map(|it| it.parse()).collect::<Result<_, _>>()?;
    let &[sockets, rounds, bytes] = &numbers[..] else {
        return Err("usage: floor SOCKETS ROUNDS BYTES".into());
    };
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    println!("http://{}/", listener.local_addr()?);
    let mut clients = (0..sockets)
        .map(|_| {
            let (client, _) = listener.accept()?;
            client.set_nodelay(true)?;
            Ok(client)
        })
        .collect::<std::io::Result<Vec<_>>>()?;
    let frames = vec![b'x'; bytes];
    for _ in 0..rounds {
        for client in &mut clients {
            client.write_all(&frames)?;
        }
    }
    Ok(())
}
