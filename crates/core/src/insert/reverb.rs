//! The reverb.

/// A reverb: a feedback delay network of sixteen lines with scattering inside the loop, behind two diffusers.
///
/// It is linear and does not change with time: nothing is modulated, so the same sound always has the same reverb.
///
/// # Law
/// In frames, for the lines i = 0…15, with s = size·rate, rounding to the nearest (halves up):
///
/// | delay | frames |
/// |---|---|
/// | predelay | P = round(predelay·rate) |
/// | taps | tᵢ = round(0.005·s·(17^(i/15) − 1)) |
/// | first diffuser | aᵢ = max(32, round(0.00075·rate + 0.001·s·12^(i/15))) |
/// | second diffuser | bᵢ = max(32, round(0.00075·rate + 0.001·s·35^(i/15))) |
/// | scattering | cᵢ = max(32, round(0.00075·rate + 0.001·s·25^(i/15))) |
/// | main lines | mᵢ = the smallest prime that is at least max(32, 0.04·s·3.5^(i/15)) |
///
/// Each costs what its time costs: g(n) = 10^(−3n/(decay·rate)) for n frames. In the loop that becomes the filter
/// A(n), a first-order shelf with the gains g(n) at DC, ρ·g(n) at `crossover` and ρ²·g(n) at half the rate. From its
/// state r, at first 0: out = d·in + r; r ← f·in + p·r, where
/// ρ = 10^(−1.5·n/(decay·rate)·(1/high_decay − 1)), τ = tan(π·crossover/rate),
/// d = g(n)·ρ·(τ + ρ)/(1 + τρ), f = 2·g(n)·τρ·(1 − ρ²)/(1 + τρ)², p = (1 − τρ)/(1 + τρ).
///
/// H is Sylvester's Hadamard matrix divided by 4: its element of row i and column j is ¼, or −¼ where i and j have an
/// odd number of binary ones in common. Then for each frame, with vectors of sixteen:
/// 1. x = each channel through the low cut and then the high cut where set ([EQ](struct@crate::Eq)'s high-pass and
///    low-pass of 12 dB/octave, Q 1/√2).
/// 2. uᵢ = level·g(tᵢ) · (x of P + tᵢ frames ago), of the left channel for even i and the right one for odd i; on a
///    mono strip all of its one channel.
/// 3. vᵢ = g(aᵢ) · ((H·u)ᵢ of aᵢ frames ago).
/// 4. wᵢ = g(bᵢ) · ((H·v)ᵢ of bᵢ frames ago).
/// 5. qᵢ = A(cᵢ) of ((H·(w + y))ᵢ of cᵢ frames ago).
/// 6. yᵢ = A(mᵢ) of ((H·q)ᵢ of mᵢ frames ago): what step 5 adds.
/// 7. left = the sum of ±qᵢ with minus for i = 3, 7, 11, 12, 13, 14; right = the same with the sign changed for each i
///    with an odd number of binary ones (1, 2, 4, 7, 8, 11, 13, 14); a mono strip gets left.
/// 8. out = (1 − wet)·in + wet·(left or right).
///
/// level = √((1 − Ḡ(c)·Ḡ(m)) / (16·Ḡ(t)·Ḡ(a)·Ḡ(b)·Ḡ(c))), where Ḡ is the mean over the sixteen of g². So the impulse
/// response of a mono strip has energy 1 below the crossover, and on a stereo one that of each side to each side ½:
/// steady noise comes out as loud as it goes in, at every decay and size.
///
/// Between grid frames: wet.
///
/// # Why so
/// The loop is lossless but for A (H is orthogonal), so all modes at a frequency decay alike: in `decay` well below
/// ρ·crossover (with a short decay and little high_decay that is under what can be heard: at 0.5 s and 0.1, 100 Hz
/// decays in 0.23 s), in 2·decay/(1 + 1/high_decay) at it, towards decay·high_decay at half the rate (Jot & Chaigne,
/// *Digital Delay Networks for Designing Artificial Reverberators*, AES 90, 1991; the network is Stautner & Puckette's,
/// *Designing Multi-Channel Reverberators*, 1982). Delays between two matrices inside the loop multiply the echoes on
/// each pass and leave no line with an echo of its own (Schlecht & Habets, *Scattering in Feedback Delay Networks*,
/// 2020); on the first pass there are 8·16³ paths from each side to each side.
///
/// The delays before the loop last about as long as a pass through it, denser at first: so the level falls evenly from
/// 20 ms·size on. The main lines are primes and the others of both parities: with primes alone each pass would take an
/// even number of frames, and every other frame would be empty. Left's signs make a bent function (±1 in the rows of H
/// as well), so that no line is heard alone; right's are orthogonal to them.
///
/// There are 1.42·size modes per hertz. Schroeder (*Natural Sounding Artificial Reverberation*, 1962) asks for 0.15 per
/// second of decay: single modes can be heard above a decay of 9·size seconds.
///
/// The first sound comes 2.25 + 3·size milliseconds after the predelay.
#[derive(Debug, Clone, PartialEq)]
pub struct Reverb {
    /// Seconds before the room begins to answer, 0…0.5.
    pub predelay: f64,
    /// Seconds in which low frequencies fall by 60 dB, 0.1…30.
    pub decay: f64,
    /// How large the room is: the length of its delays, 0.25…2; 1 is a hall.
    pub size: f64,
    /// The decay time far above `crossover` as a part of `decay`, 0.05…1.
    pub high_decay: f64,
    /// Hz: where the decay gets shorter, 200 Hz to 0.45 of the rate.
    pub crossover: f64,
    /// Hz: high-pass of what goes into it.
    pub low_cut: Option<f64>,
    /// Hz: low-pass of what goes into it.
    pub high_cut: Option<f64>,
    /// 0…1; 1 on a return.
    pub wet: f64,
}
