//! Guitars, keys, synthesisers and the orchestra.

use super::{Section, Sense::Role, Strength::*};
use stemwright_core::Role::{Brass, Guitars, Keys, Strings, Synths, Winds};

pub(super) const WORDS: &[Section] = &[
    (
        Role(Guitars),
        Strong,
        "gtr gtrs gt gui guit guitar gitr egtr e+gtr agtr a+gtr ac+gtr ac+gt el+gtr elec+gtr electric+guitar acoustic+guitar \
         acgtr aco+gtr rhythm+guitar lead+guitar lead+gtr ld+gtr rhy+gtr gtr+di gtr+amp gtr+cab banjo mando mandolin uke \
         ukulele bouzouki dobro pedal+steel lap+steel steel+guitar telecaster tele strat stratocaster les+paul baritone+guitar \
         12+string+guitar gtr+solo guitar+solo jazzmaster jaguar gretsch es335 flamenco+gtr high+strung nashville+gtr dulcimer autoharp zither resonator charango oud sitar lute balalaika",
    ),
    (
        Role(Guitars),
        Fair,
        "eg ag acoustic acous acst ac electric elec nylon slide 12+string twelve+string 6+string steel rhy rhythm rhythm+l \
         power+chords palm+mute chugs strum strums leslie+gtr twang",
    ),
    (
        Role(Guitars),
        Hint,
        "crunch dist distorted clean amp cab riff solo licks lick chug harmonics ebow feedback 57 421 sm57",
    ),
    (
        Role(Guitars),
        Strong,
        "guitarra guitarras guitarra+eléctrica guitarra+acústica requinto tres cuatro violão violões viola+caipira cavaquinho \
         cavaco guitare guitares chitarra chitarre mandolino gitarre gitarren e-gitarre a-gitarre akustikgitarre westerngitarre \
         konzertgitarre gitara gitary vihuela 7+cordas 6+cordas 12+cordas violão+7+cordas ギター エレキギター アコギ エレキ アコースティックギター 吉他 木吉他 电吉他 電吉他 結他 기타 \
         일렉기타 통기타 어쿠스틱기타 гитара гитары гитар электрогитара акустика балалайка",
    ),
    (
        Role(Keys),
        Strong,
        "piano pno pian grand+piano upright+piano felt+piano ep e+piano epno el+piano elec+piano electric+piano rhodes rho wurli \
         wurlitzer wurly organ org b3 hammond leslie leslie+hi leslie+lo leslie+low leslie+high farfisa vox+organ clav \
         clavinet keys keyboard keyboards kbd keyz harpsichord cembalo celesta celeste mellotron accordion acc+ordion \
         melodica steinway nord toy+piano pump+organ harmonium cp70 dx7+ep",
    ),
    (Role(Keys), Fair, "bells bell key mallets musicbox music+box kb kybd"),
    (
        Role(Keys),
        Strong,
        "teclado teclados órgano acordeón órgão acordeão sanfona pianoforte tastiera tastiere organo fisarmonica clavier claviers \
         orgue accordéon klavier flügel tasten orgel akkordeon fisa klawisze fortepian pianino organy akordeon ピアノ エレピ オルガン キーボード 鍵盤 アコーディオン 钢琴 鋼琴 键盘 \
         鍵盤樂器 风琴 手风琴 피아노 건반 오르간 клавиши клавишные пианино рояль орган аккордеон баян",
    ),
    (
        Role(Synths),
        Strong,
        "synth syn synths synthesizer pad pads lead+synth synth+lead synlead arp arpeggio arpeggiator pluck plucks supersaw \
         super+saw juno jupiter prophet moog minimoog minilogue dx7 serum sylenth omnisphere guitar+synth gtr+synth \
         synth+strings string+pad choir+pad vox+pad synth+brass synth+pad analog+synth modular ob6 virus nord+lead polysynth \
         mono+synth massive hoover plux plk wavetable cs80 buchla korg arps bleeps blips screech tb303 303 brass+synth organ+pad saw+lead synth+choir piano+pad",
    ),
    (
        Role(Synths),
        Fair,
        "seq sequence saw saws square sine acid sub+lead stab stabs melody chords chord poly lead+line hook+synth 8bit chip chiptune topline+synth",
    ),
    (Role(Synths), Hint, "glitch counter counter+melody"),
    (
        Role(Synths),
        Strong,
        "sintetizador sinte sintes synthé synthés nappe nappes sintetizzatore synthesizer+fläche fläche flächen シンセ シンセリード パッド \
         シンセパッド アルペジオ プラック 合成器 铺底 電子琴 신스 신디 패드 신디사이저 синт синтезатор синты синтезаторы пэд пэды пад",
    ),
    (
        Role(Strings),
        Strong,
        "string strings str strs vln vn vlns violin fiddle vla viola vc vcl vlc cello celli violoncello harp hrp violins \
         violas cellos string+section string+quartet vln+i vln+ii pizz spicc pizzicato tremolo+strings erhu koto pipa guzheng",
    ),
    (Role(Strings), Fair, "cb db quartet legato+strings bowed"),
    (
        Role(Strings),
        Strong,
        "cuerdas violín violines violonchelo chelo arpa cordas violino violinos violoncelo harpa archi violini violoncelli \
         cordes violon violons alto+violon violoncelle harpe streicher geige geigen violine violinen bratsche bratschen celli \
         harfe skrzypce altówka wiolonczela smyczki quatuor quatuor+à+cordes ストリングス バイオリン ヴァイオリン ビオラ チェロ ハープ 弦楽器 弦 弦乐 弦樂 小提琴 中提琴 大提琴 竖琴 二胡 스트링 \
         바이올린 첼로 비올라 струнные скрипка скрипки альт виолончель арфа",
    ),
    (
        Role(Brass),
        Strong,
        "brass brs tpt trp trpt trumpet trb tbn tbone bone bones trombone bass+trombone btbn hn hrn horn horns french+horn \
         fr+horn tuba euphonium cornet flugel flugelhorn flg flgl brass+section horn+section sousaphone",
    ),
    (
        Role(Brass),
        Strong,
        "trompeta trompetas trombón trombones metales vientos+metales trompete trombone+de+vara metais tromba trombe ottoni corno corni \
         trompette trompettes cuivres cor posaune posaunen trompeten hörner bläser blechbläser blech tenorhorn fiati trąbka trąbki puzon waltornia ブラス トランペット トロンボーン \
         ホルン 铜管 銅管 小号 长号 圆号 브라스 트럼펫 트럼본 труба трубы тромбон валторна медь духовые",
    ),
    (
        Role(Winds),
        Strong,
        "sax saxophone saxes tenor+sax alto+sax bari+sax sop+sax soprano+sax flute flt fl flutes asax tsax bsax picc piccolo oboe ob clarinet \
         clar clari cl bass+clarinet bcl bassoon bsn contrabassoon english+horn cor+anglais eng+horn recorder harmonica harp+mouth \
         mouth+organ woodwind woodwinds ww pan+flute whistle tin+whistle low+whistle ocarina shakuhachi duduk bagpipes basset+horn",
    ),
    (Role(Winds), Fair, "winds wind bari reeds"),
    (
        Role(Winds),
        Strong,
        "saxo saxofón flauta flautas clarinete fagot armónica maderas quena saxofone gaita flauto flauti clarinetto fagotto \
         sassofono legni hautbois clarinette basson bois querflöte flöte flöten blockflöte klarinette fagott kontrafagott \
         saxophon holzbläser mundharmonika saksofon flet klarnet obój fagot サックス フルート クラリネット オーボエ ファゴット 木管 萨克斯 薩克斯 长笛 笛子 单簧管 \
         双簧管 口琴 색소폰 플루트 클라리넷 саксофон флейта кларнет гобой фагот гармошка",
    ),
];
