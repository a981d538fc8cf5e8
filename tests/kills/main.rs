//! `kill -9` at any moment, again and again, under load: what was acknowledged is there, once, and whole.
//!
//! `KILLS` says how often (a dozen if it does not; `.ci/run kills` does it 200 times), `KILLS_SEED` repeats a
//! run's moments. A killed process leaves what it wrote to the operating system; that a flush comes before every
//! answer, which a power failure asks for, is the databases' setting (`synchronous = FULL`), not shown here.

#![allow(clippy::unwrap_used)]

mod accounts;
mod door;
mod files;
mod messages;
mod rooms;
mod table;

use std::time::Duration;

use futures::future::join_all;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tests::{Parlor, Person};

use accounts::Newcomer;
use door::Door;
use files::Uploader;
use messages::Sender;
use rooms::Founder;

const SENDERS: usize = 4;
const UPLOADERS: usize = 2;

#[tokio::test]
async fn what_was_acknowledged_survives_every_kill_and_nothing_happens_twice() {
    let number = |name: &str| std::env::var(name).ok().map(|value| value.parse::<u64>().unwrap());
    let kills = number("KILLS").unwrap_or(12);
    let seed = number("KILLS_SEED").unwrap_or_else(rand::random);
    println!("KILLS={kills} KILLS_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);

    let mut parlor = Parlor::start().await;
    let ann = Person::join(&parlor, "Ann").await;
    let room = ann.create_room("PRIVATE").await;
    let mut load = Load {
        senders: (0..SENDERS).map(|n| Sender::new(n, &room)).collect(),
        uploaders: (0..UPLOADERS).map(|n| Uploader::new(n, &room)).collect(),
        founder: Founder::default(),
        newcomer: Newcomer::default(),
    };
    for round in 0..kills {
        let door = Door::of(&parlor, &ann).await;
        let moment = Duration::from_micros(random.random_range(0..400_000));
        let killed = async {
            // Now and then before anything is done; else no kill comes so early that there was no load.
            if round % 4 != 0 {
                door.acknowledged.notified().await;
            }
            // The one thing that is to happen at no particular moment.
            tokio::time::sleep(moment).await;
            parlor.kill().await;
        };
        tokio::join!(load.until_gone(&door), killed);
        if random.random_bool(0.25) {
            parlor.kill_while_starting(Duration::from_micros(random.random_range(0..300_000))).await;
        }
        parlor.restart().await;
        load.check_newest(&Door::of(&parlor, &ann).await).await;
    }
    let door = Door::of(&parlor, &ann).await;
    load.finish(&door).await;
    load.check(&parlor, &ann, &door, &room).await;
    println!(
        "{} messages, {} files, {} rooms, {} accounts, {} repeated after a kill",
        load.messages().count(),
        load.uploaders.iter().map(|uploader| uploader.acknowledged.len()).sum::<usize>(),
        load.founder.acknowledged.len(),
        load.newcomer.acknowledged.len(),
        door::repeated(),
    );
}

/// All that happens while the server is killed.
struct Load {
    senders: Vec<Sender>,
    uploaders: Vec<Uploader>,
    founder: Founder,
    newcomer: Newcomer,
}

impl Load {
    /// Everybody goes on until the server no longer answers.
    async fn until_gone(&mut self, door: &Door) {
        let senders =
            join_all(self.senders.iter_mut().map(async |sender| while sender.step(door).await.is_ok() {}));
        let uploaders = join_all(
            self.uploaders.iter_mut().map(async |uploader| while uploader.step(door).await.is_ok() {}),
        );
        let founder = async { while self.founder.step(door).await.is_ok() {} };
        let newcomer = async { while self.newcomer.step(door).await.is_ok() {} };
        tokio::join!(senders, uploaders, founder, newcomer);
    }

    /// What the last kill has cut off is done again, and nothing is under way any more.
    async fn finish(&mut self, door: &Door) {
        for sender in &mut self.senders {
            sender.step(door).await.unwrap();
        }
        for uploader in &mut self.uploaders {
            uploader.step(door).await.unwrap();
        }
        self.founder.step(door).await.unwrap();
        self.newcomer.step(door).await.unwrap();
    }

    /// Of each kind the last that was acknowledged before the kill.
    async fn check_newest(&self, door: &Door) {
        for sender in &self.senders {
            sender.check_newest(door).await;
        }
        for uploader in &self.uploaders {
            uploader.check(door, uploader.acknowledged.len().saturating_sub(1)).await;
        }
        self.founder.check_newest(door).await;
        self.newcomer.check(door, self.newcomer.acknowledged.len().saturating_sub(1)).await;
    }

    /// Everything, by the API, in the table and on the disk.
    async fn check(&self, parlor: &Parlor, ann: &Person, door: &Door, room: &str) {
        messages::check(ann, room, self.messages()).await;
        for uploader in &self.uploaders {
            uploader.check(door, 0).await;
        }
        self.founder.check(door).await;
        self.newcomer.check(door, 0).await;

        let rows = table::Rows::scan(parlor).await;
        rows.check();
        for account in &self.newcomer.acknowledged {
            rows.has_profile(&account.id);
        }
        let files: usize = self.uploaders.iter().map(|uploader| uploader.acknowledged.len()).sum();
        assert_eq!(files::on_disk(parlor.data()), files, "no file of an interrupted upload stays");
    }

    /// Every acknowledged message, as it was answered.
    fn messages(&self) -> impl Iterator<Item = &serde_json::Value> {
        let with_files = self.uploaders.iter().flat_map(|u| u.acknowledged.iter().map(|sent| &sent.message));
        self.senders.iter().flat_map(|sender| &sender.acknowledged).chain(with_files)
    }
}
