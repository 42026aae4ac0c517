//! Drums, percussion and bass.

use super::{Section, Sense::Role, Strength::*};
use stemwright_core::Role::{Bass, Drums, Percussion};

pub(super) const WORDS: &[Section] = &[
    (
        Role(Drums),
        Strong,
        "kick kik kck kk kd bd bass+drum kick+in kick+out kick+sub kick+drum sub+kick kick+trig snare snr sn sd \
         snare+drum snare+top snare+bottom snare+btm snare+bot snare+trig sn+top sn+btm side+stick rim rim+shot rim+click \
         hh hat hi+hat high+hat open+hat closed+hat oh overhead ovhd ohead tom rack+tom floor+tom tom+rack tom+floor ride \
         crash cym cymbal china splash drum drum+kit drum+bus drum+room drum+loop drum+fx trap+kit clap hand+clap+kit snap \
         brushes xstick cross+stick ovhds ovrhd overs k+in k+out sn+t sn+b drum+machine cr78 tr808 tr909 linn+drum dmx bdrum sizzle+cym snare+verb drumz hatz kit+mono jazz+kit 808+kick 808+snare 808+clap 808+hat 909 top+loop",
    ),
    (
        Role(Drums),
        Fair,
        "t1 t2 t3 t4 ft rt rack rack+1 rack+2 floor kit beat break break+beat loop fill crush top+kit trash+mic knee+mic \
         drm drms drummer linn dr rimclk chh ohh hhat ohats",
    ),
    (Role(Drums), Hint, "mono trig trigger groove smash para parallel scratch closed open muffled roll ghost wires"),
    // Spanish, Portuguese, Italian, French, German
    (
        Role(Drums),
        Strong,
        "bombo tarola redoblante platos platillos platillo batería hi+hat+cerrado aro bumbo pratos prato rullante piatti \
         piatto batteria charleston grosse+caisse caisse+claire batterie cymbales charley schlagzeug becken große+trommel \
         kleine+trommel trommel trommeln standtom hängetom fußtrommel tamburo timbre+caja tom+basse tom+alto timpano \
         stopa centrala werbel blachy talerze talerz kotły kocioł perkusja hi-hat",
    ),
    (Role(Drums), Fair, "caja caixa cassa caisse contratempo chimbal toms+aereos"),
    // Japanese, Chinese, Korean, Russian
    (
        Role(Drums),
        Strong,
        "ドラム ドラムス キック スネア ハイハット シンバル タム フロアタム オーバーヘッド ライド クラッシュ バスドラム バスドラ クラップ 鼓 架子鼓 \
         底鼓 军鼓 軍鼓 小鼓 大鼓 踩镲 镲片 镲 嗵鼓 爵士鼓 드럼 드럼스 킥 스네어 하이햇 심벌 탐 오버헤드 бочка малый \
         малыи+барабан рабочий хэт хет тарелка тарелки тарелок барабан барабаны ударные том томы оверхед оверхеды райд крэш",
    ),
    (
        Role(Percussion),
        Strong,
        "perc percussion shaker shkr shk shake+r tamb tambo tambourine tamborine conga bongo cowbell 808+cowbell cabasa \
         guiro maraca claves triangle timbale timbales djembe darbuka tabla cajon udu agogo woodblock wood+block temple+block \
         vibraslap castanets whistle+perc finger+cymbals hand+drum hand+drums hand+claps handclaps foot+stomp stomp stomps \
         timp timpani glock glockenspiel xylo xylophone marimba vibes vibraphone vibra+phone gran+cassa taiko steel+drum \
         steel+pan tam+tam tubular+bells chimes mark+tree bar+chimes sleigh+bells gong crotales surdo pandeiro tamborim repinique \
         cuica ganza caxixi rainstick rain+stick washboard spoons jawharp quinto tumba tumbadora campana timbal timbau metals+perc perc+metals cabassa hand+perc zabumba berimbau beat+box beatbox vocal+percussion kalimba handpan bodhran doumbek tambora requinto+perc",
    ),
    (
        Role(Percussion),
        Fair,
        "wood hollow+wood block clave bell+tree claves+hi toys metals sticks clicks+sticks suspended+cymbal sus+cym",
    ),
    (
        Role(Percussion),
        Strong,
        "percusión palmas cajón güira maracas pandereta percussão palmas+flamencas chocalho triângulo percussioni percussions \
         percussione schlagwerk perkussion pauke pauken schellenkranz rassel przeszkadzajki tamburyn tantã tantan \
         reco+reco repique repique+de+mão cuíca パーカッション タンバリン シェイカー \
         コンガ カウベル ティンパニ マリンバ 打击乐 打擊樂 手鼓 沙锤 铃鼓 퍼커션 탬버린 쉐이커 перкуссия бубен шейкер конги литавры",
    ),
    (
        Role(Bass),
        Strong,
        "bass bs bass+di bass+amp bass+gtr bass+guitar bass+cab bass+mic bass+synth synth+bass synbass bass+line sub+bass \
         double+bass upright+bass string+bass stand+up+bass e+bass el+bass elec+bass slap+bass fretless fretless+bass acid+bass \
         bass+vi 808+bass bull+fiddle sub+sine key+bass organ+bass contrabass mini+moog+bass",
    ),
    (
        Role(Bass),
        Fair,
        "808 sub neuro upright bgtr b+gtr reese rumble wub wobble 808s low+end kick+tail bass+dist bass+grit dbl+bass",
    ),
    (
        Role(Bass),
        Strong,
        "bajo bajo+eléctrico contrabajo baixo contrabaixo basso contrabbasso basse guitare+basse contrebasse kontrabass e-bass \
         bassgitarre baß bas gitara+basowa kontrabas guitarrón ベース シンセベース エレキベース ウッドベース サブベース 贝斯 貝斯 低音贝斯 低音提琴 베이스 신스베이스 бас бас+гитара \
         басс контрабас",
    ),
];
