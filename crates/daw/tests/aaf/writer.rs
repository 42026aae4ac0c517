//! A small writer of AAF: objects as they are stored, in a compound file with small or large sectors. What it writes may be as wrong
//! as a test wants it.

#![allow(dead_code, reason = "no test file uses all of it")]

/// An object.
#[derive(Clone, Default)]
pub(crate) struct Thing {
    class: [u8; 16],
    properties: Vec<(u16, Property)>,
}

#[derive(Clone)]
enum Property {
    Data(Vec<u8>),
    Strong(Box<Thing>),
    Vector(Vec<Thing>),
    /// With the keys, and the number of the property that they are.
    Set(u16, Vec<(Vec<u8>, Thing)>),
    Stream(Vec<u8>),
    /// The object of another property once more.
    Again(u16),
}

/// An identifier as it is written, in the order of the file.
pub(crate) fn auid(text: &str) -> [u8; 16] {
    let hex: String = text.chars().filter(|&c| c != '-').collect();
    let mut bytes: [u8; 16] =
        std::array::from_fn(|index| u8::from_str_radix(&hex[2 * index..2 * index + 2], 16).unwrap());
    bytes[..4].reverse();
    bytes[4..6].reverse();
    bytes[6..8].reverse();
    bytes
}

fn class(number: u8) -> [u8; 16] {
    auid(&format!("0d010101-0101-{number:02x}00-060e-2b3402060101"))
}

pub(crate) const SOUND: &str = "01030202-0200-0000-060e-2b3404010101";
pub(crate) const GAIN: &str = "9d2ea894-0968-11d3-8a38-0050040ef7d2";
pub(crate) const PAN: &str = "9d2ea893-0968-11d3-8a38-0050040ef7d2";
pub(crate) const SPEED: &str = "9d2ea890-0968-11d3-8a38-0050040ef7d2";
pub(crate) const MIXDOWN: &str = "8d896ad0-2261-11d3-8a4c-0050040ef7d2";
pub(crate) const COMBINER: &str = "6b46dd7a-132d-4856-ab21-8b751d8462ec";
pub(crate) const DISSOLVE: &str = "0c3bea41-fc05-11d2-8a29-0050040ef7d2";
pub(crate) const AMPLITUDE: &str = "e4962321-2267-11d3-8a4c-0050040ef7d2";
pub(crate) const PLACE: &str = "e4962322-2267-11d3-8a4c-0050040ef7d2";
pub(crate) const RATIO: &str = "72559a80-24d7-11d3-8a50-0050040ef7d2";
pub(crate) const OUTGOING: &str = "9e610007-1be2-41e1-bb11-c95de9964d03";
pub(crate) const INCOMING: &str = "48cea642-a8f9-455b-82b3-86c814b797c7";
pub(crate) const LINEAR: &str = "5b6c85a4-0ede-11d3-80a9-006008143e6f";
pub(crate) const CONSTANT: &str = "5b6c85a5-0ede-11d3-80a9-006008143e6f";
pub(crate) const LOG: &str = "15829ec3-1f24-458a-960d-c65bb23c2aa1";
const RATIONAL: &str = "03010100-0000-0000-060e-2b3401040101";
const TOP_LEVEL: &str = "0d010102-0101-0700-060e-2b3404010101";

impl Thing {
    pub(crate) fn of(number: u8) -> Self {
        Self { class: class(number), properties: Vec::new() }
    }

    pub(crate) fn data(mut self, pid: u16, bytes: impl Into<Vec<u8>>) -> Self {
        self.properties.push((pid, Property::Data(bytes.into())));
        self
    }

    pub(crate) fn strong(mut self, pid: u16, thing: Self) -> Self {
        self.properties.push((pid, Property::Strong(Box::new(thing))));
        self
    }

    pub(crate) fn vector(mut self, pid: u16, things: Vec<Self>) -> Self {
        self.properties.push((pid, Property::Vector(things)));
        self
    }

    pub(crate) fn set(mut self, pid: u16, key: u16, things: Vec<(Vec<u8>, Self)>) -> Self {
        self.properties.push((pid, Property::Set(key, things)));
        self
    }

    pub(crate) fn stream(mut self, pid: u16, bytes: Vec<u8>) -> Self {
        self.properties.push((pid, Property::Stream(bytes)));
        self
    }

    /// A property that refers to the same object as another one does.
    pub(crate) fn again(mut self, pid: u16, other: u16) -> Self {
        self.properties.push((pid, Property::Again(other)));
        self
    }

    fn text(self, pid: u16, text: &str) -> Self {
        self.data(pid, utf16(text))
    }

    fn weak(self, pid: u16, key: &str) -> Self {
        self.data(pid, [&[0, 0, 1, 0x1b, 16][..], &auid(key)].concat())
    }

    fn number(self, pid: u16, value: i64) -> Self {
        self.data(pid, value.to_le_bytes())
    }
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

fn ratio(over: i32, under: i32) -> Vec<u8> {
    [over.to_le_bytes(), under.to_le_bytes()].concat()
}

/// A mob's identifier, by a number.
pub(crate) fn id(number: u8) -> Vec<u8> {
    let mut id = vec![0x60; 32];
    id[31] = number;
    id
}

/// A piece of sound, of so many edit units.
fn component(number: u8, length: i64) -> Thing {
    Thing::of(number).weak(0x0201, SOUND).number(0x0202, length)
}

pub(crate) fn filler(length: i64) -> Thing {
    component(0x09, length)
}

pub(crate) fn clip(mob: u8, start: i64, length: i64) -> Thing {
    clip_of(id(mob), 1, start, length)
}

pub(crate) fn clip_of(mob: Vec<u8>, slot: u32, start: i64, length: i64) -> Thing {
    component(0x11, length).data(0x1101, mob).data(0x1102, slot.to_le_bytes()).number(0x1201, start)
}

/// A clip with fades of its own: lengths and kinds.
pub(crate) fn faded(mob: u8, length: i64, fade_in: (i64, u8), fade_out: (i64, u8)) -> Thing {
    clip(mob, 0, length)
        .number(0x1202, fade_in.0)
        .data(0x1203, [fade_in.1])
        .number(0x1204, fade_out.0)
        .data(0x1205, [fade_out.1])
}

pub(crate) fn sequence(parts: Vec<Thing>) -> Thing {
    component(0x0f, 0).vector(0x1001, parts)
}

pub(crate) fn operation(id: &str, length: i64, inputs: Vec<Thing>, parameters: Vec<Thing>) -> Thing {
    component(0x0a, length).weak(0x0b01, id).vector(0x0b02, inputs).vector(0x0b03, parameters)
}

pub(crate) fn transition(length: i64, operation: Thing) -> Thing {
    component(0x17, length).number(0x1802, 0).strong(0x1801, operation)
}

pub(crate) fn selector(length: i64, selected: Thing, others: Vec<Thing>) -> Thing {
    component(0x0e, length).strong(0x0f01, selected).vector(0x0f02, others)
}

pub(crate) fn scope(length: i64, slots: Vec<Thing>) -> Thing {
    component(0x0b, length).vector(0x0c01, slots)
}

pub(crate) fn scope_reference(length: i64, scope: u32, slot: u32) -> Thing {
    component(0x0d, length).data(0x0e01, scope.to_le_bytes()).data(0x0e02, slot.to_le_bytes())
}

fn value(over: i32, under: i32) -> Vec<u8> {
    [&[0x4c][..], &auid(RATIONAL), &ratio(over, under)].concat()
}

pub(crate) fn constant(parameter: &str, over: i32, under: i32) -> Thing {
    Thing::of(0x3d).data(0x4c01, auid(parameter)).data(0x4d01, value(over, under))
}

/// A fraction.
pub(crate) type Ratio = (i32, i32);

/// Points: time and value.
pub(crate) fn varying(parameter: &str, interpolation: &str, points: &[(Ratio, Ratio)]) -> Thing {
    let point = |&((time, long), (over, under)): &((i32, i32), (i32, i32))| {
        Thing::of(0x19).data(0x1a03, ratio(time, long)).data(0x1a02, value(over, under))
    };
    let points = points.iter().map(point).collect();
    Thing::of(0x3e).data(0x4c01, auid(parameter)).weak(0x4e01, interpolation).vector(0x4e02, points)
}

/// A slot: number, name, edit rate, segment.
pub(crate) fn slot(number: u32, name: &str, rate: (i32, i32), segment: Thing) -> Thing {
    Thing::of(0x3b)
        .data(0x4801, number.to_le_bytes())
        .text(0x4802, name)
        .data(0x4804, number.to_le_bytes())
        .data(0x4b01, ratio(rate.0, rate.1))
        .number(0x4b02, 0)
        .strong(0x4803, segment)
}

fn mob(class: u8, number: u8, name: &str, slots: Vec<Thing>) -> (Vec<u8>, Thing) {
    (id(number), Thing::of(class).data(0x4401, id(number)).text(0x4402, name).vector(0x4403, slots))
}

pub(crate) fn composition(number: u8, name: &str, slots: Vec<Thing>) -> (Vec<u8>, Thing) {
    let (id, thing) = mob(0x35, number, name, slots);
    (id, thing.data(0x4408, auid(TOP_LEVEL)))
}

pub(crate) fn master(number: u8, slots: Vec<Thing>) -> (Vec<u8>, Thing) {
    mob(0x36, number, "master", slots)
}

/// A file of mono sound at 48 kHz, outside under a URL.
pub(crate) fn outside(number: u8, url: &str) -> (Vec<u8>, Thing) {
    let (id, thing) = source(number, "file");
    let locator = Thing::of(0x32).text(0x4001, url);
    (id, thing.strong(0x4701, pcm().vector(0x2f01, vec![locator])))
}

/// A file of mono sound at 48 kHz, outside under a URL, that was made from another one: from so many edit units of it on.
pub(crate) fn made_from(number: u8, url: &str, other: u8, start: i64) -> (Vec<u8>, Thing) {
    let slots = vec![slot(1, "", (48_000, 1), clip(other, start, 480_000))];
    let (id, thing) = mob(0x37, number, "made", slots);
    let locator = Thing::of(0x32).text(0x4001, url);
    (id, thing.strong(0x4701, pcm().vector(0x2f01, vec![locator])))
}

/// A file of mono sound at 48 kHz, inside.
pub(crate) fn inside(number: u8, name: &str) -> (Vec<u8>, Thing) {
    let (id, thing) = source(number, name);
    (id, thing.strong(0x4701, pcm()))
}

fn source(number: u8, name: &str) -> (Vec<u8>, Thing) {
    mob(0x37, number, name, vec![slot(1, "", (48_000, 1), clip_of(vec![0; 32], 0, 0, 480_000))])
}

fn pcm() -> Thing {
    Thing::of(0x48)
        .data(0x3001, ratio(48_000, 1))
        .data(0x3d03, ratio(48_000, 1))
        .data(0x3d07, 1u32.to_le_bytes())
        .data(0x3d01, 16u32.to_le_bytes())
        .data(0x3d0a, 2u16.to_le_bytes())
}

/// The data of a file that is inside.
pub(crate) fn essence(number: u8, bytes: Vec<u8>) -> (Vec<u8>, Thing) {
    (id(number), Thing::of(0x23).data(0x2701, id(number)).stream(0x2702, bytes))
}

/// The root of a file with these mobs.
pub(crate) fn root(mobs: Vec<(Vec<u8>, Thing)>, essences: Vec<(Vec<u8>, Thing)>) -> Thing {
    let content = Thing::of(0x18).set(0x1901, 0x4401, mobs).set(0x1902, 0x2701, essences);
    Thing::of(0).strong(0x0002, Thing::of(0x2f).strong(0x3b03, content))
}

/// One composition with one track at 48000 edit units a second, and one file, `a.wav`, mob 2.
pub(crate) fn one_track(segment: Thing) -> Vec<u8> {
    track_at((48_000, 1), segment)
}

pub(crate) fn track_at(rate: (i32, i32), segment: Thing) -> Vec<u8> {
    file(&root(vec![composition(1, "one", vec![slot(1, "T", rate, segment)]), outside(2, "a.wav")], Vec::new()), 512)
}

struct Entry {
    name: String,
    kind: u8,
    class: [u8; 16],
    child: u32,
    right: u32,
    data: Vec<u8>,
}

/// A compound file with sectors of so many bytes.
pub(crate) fn file(root: &Thing, sector: usize) -> Vec<u8> {
    let mut entries = Vec::new();
    store(root, "Root Entry", 5, &mut entries);
    pack(&entries, sector)
}

fn store(thing: &Thing, name: &str, kind: u8, entries: &mut Vec<Entry>) -> u32 {
    const NOBODY: u32 = u32::MAX;
    let number = entries.len() as u32;
    let new =
        |name: &str, kind, class, data| Entry { name: name.into(), kind, class, child: NOBODY, right: NOBODY, data };
    entries.push(new(name, kind, thing.class, Vec::new()));
    let mut children = Vec::new();
    let mut table = vec![0x4c, 32];
    table.extend((thing.properties.len() as u16).to_le_bytes());
    let mut values = Vec::new();
    for (pid, property) in &thing.properties {
        let name = format!("p{pid:x}");
        let (form, bytes) = match property {
            Property::Data(bytes) if bytes.len() > 20 && bytes[..2] == [0, 0] && bytes[4] == 16 => {
                (0x02, bytes.clone())
            }
            Property::Data(bytes) => (0x82, bytes.clone()),
            Property::Strong(inner) => {
                children.push(store(inner, &name, 1, entries));
                (0x22, utf16(&name))
            }
            Property::Again(other) => (0x22, utf16(&format!("p{other:x}"))),
            Property::Stream(bytes) => {
                children.push(entries.len() as u32);
                entries.push(new(&name, 2, [0; 16], bytes.clone()));
                (0x42, [&[0x55][..], &utf16(&name)].concat())
            }
            Property::Vector(things) => {
                let mut index = (things.len() as u32).to_le_bytes().to_vec();
                index.extend([0; 8]);
                for (key, inner) in things.iter().enumerate() {
                    index.extend((key as u32).to_le_bytes());
                    children.push(store(inner, &format!("{name}{{{key:x}}}"), 1, entries));
                }
                children.push(entries.len() as u32);
                entries.push(new(&format!("{name} index"), 2, [0; 16], index));
                (0x32, utf16(&name))
            }
            Property::Set(own, things) => {
                let mut index = (things.len() as u32).to_le_bytes().to_vec();
                index.extend([0; 8]);
                index.extend(own.to_le_bytes());
                index.push(things.first().map_or(32, |(key, _)| key.len() as u8));
                for (number, (key, inner)) in things.iter().enumerate() {
                    index.extend((number as u32).to_le_bytes());
                    index.extend(1u32.to_le_bytes());
                    index.extend(key);
                    children.push(store(inner, &format!("{name}{{{number:x}}}"), 1, entries));
                }
                children.push(entries.len() as u32);
                entries.push(new(&format!("{name} index"), 2, [0; 16], index));
                (0x3a, utf16(&name))
            }
        };
        table.extend(pid.to_le_bytes());
        table.extend((form as u16).to_le_bytes());
        table.extend((bytes.len() as u16).to_le_bytes());
        values.extend(bytes);
    }
    table.extend(values);
    children.push(entries.len() as u32);
    entries.push(new("properties", 2, [0; 16], table));
    for pair in children.windows(2) {
        entries[pair[0] as usize].right = pair[1];
    }
    entries[number as usize].child = children[0];
    number
}

/// Sectors in this order: directory, table of small streams, small streams, large streams, table of sectors.
fn pack(entries: &[Entry], sector: usize) -> Vec<u8> {
    const END: u32 = 0xffff_fffe;
    let padded = |bytes: &[u8], unit: usize| {
        let mut bytes = bytes.to_vec();
        bytes.resize(bytes.len().div_ceil(unit) * unit, 0);
        bytes
    };
    let chain = |first: usize, count: usize| {
        (first + 1..first + count).map(|next| next as u32).chain([END]).collect::<Vec<u32>>()
    };
    let (mut small, mut small_table, mut large, mut large_counts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut starts = Vec::new();
    for entry in entries {
        let size = entry.data.len();
        if entry.kind != 2 || size == 0 {
            starts.push(END);
        } else if size < 4096 {
            starts.push((small.len() / 64) as u32);
            small_table.extend(chain(small.len() / 64, size.div_ceil(64)));
            small.extend(padded(&entry.data, 64));
        } else {
            starts.push((large.len() / sector) as u32);
            large_counts.push(size.div_ceil(sector));
            large.extend(padded(&entry.data, sector));
        }
    }
    let sectors = |bytes: usize| bytes.div_ceil(sector);
    let counts = [sectors(entries.len() * 128), sectors(small_table.len() * 4), sectors(small.len())];
    let first = [0, counts[0], counts[0] + counts[1]];
    let large_first = counts.iter().sum::<usize>();
    let before = large_first + large.len() / sector;
    let mut tables = 1;
    while (before + tables) * 4 > tables * sector {
        tables += 1;
    }
    assert!(tables <= 109, "tests need no larger file");
    let mut fat: Vec<u32> = Vec::new();
    for (first, count) in first.into_iter().zip(counts).filter(|(_, count)| *count > 0) {
        fat.extend(chain(first, count));
    }
    for count in large_counts {
        fat.extend(chain(fat.len(), count));
    }
    fat.extend((0..tables).map(|_| 0xffff_fffdu32));
    let words = |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
    let mut directory = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let name = utf16(&entry.name);
        let mut bytes = name.clone();
        bytes.resize(64, 0);
        bytes.extend((name.len() as u16).to_le_bytes());
        bytes.extend([entry.kind, 1]);
        bytes.extend(u32::MAX.to_le_bytes());
        bytes.extend(entry.right.to_le_bytes());
        bytes.extend(entry.child.to_le_bytes());
        bytes.extend(entry.class);
        bytes.extend([0; 20]);
        let (start, size) = match entry.kind {
            5 => (first[2] as u32, small.len()),
            _ if entry.data.len() >= 4096 => (starts[index] + large_first as u32, entry.data.len()),
            _ => (starts[index], entry.data.len()),
        };
        bytes.extend(start.to_le_bytes());
        bytes.extend((size as u64).to_le_bytes());
        directory.extend(bytes);
    }
    let mut out = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    out.extend([0; 16]);
    let version = if sector == 512 { 3u16 } else { 4 };
    for word in [62, version, 0xfffe, sector.trailing_zeros() as u16, 6] {
        out.extend(word.to_le_bytes());
    }
    out.extend([0; 6]);
    let header = [0, tables as u32, 0, 0, 4096, first[1] as u32, counts[1] as u32, END, 0];
    out.extend(words(&header));
    out.extend(
        (0..109).flat_map(|table| if table < tables { (before + table) as u32 } else { u32::MAX }.to_le_bytes()),
    );
    out.resize(sector, 0);
    for part in [directory, words(&small_table), small, large, words(&fat)] {
        out.extend(padded(&part, sector));
    }
    out
}
