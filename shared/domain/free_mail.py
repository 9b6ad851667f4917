"""Domains that give a mail address to everybody who asks, or to every customer of an access line.

Kept by hand, from what the providers themselves offer; those of access providers are listed where
private customers are the rule. A domain that companies use for themselves does not belong here.
Disposable addresses are another list, see ``shared/domain/qualification.py``.
"""

BY_PROVIDER = {
    "Google": "gmail.com googlemail.com",
    "Microsoft": (
        "hotmail.com hotmail.co.uk hotmail.de hotmail.fr hotmail.it hotmail.es hotmail.nl"
        " hotmail.be hotmail.ca hotmail.com.br hotmail.co.jp live.com live.co.uk live.de live.fr"
        " live.it live.nl live.be live.ca live.com.au live.dk live.no live.se msn.com outlook.com"
        " outlook.at outlook.be outlook.cl outlook.co.th outlook.com.ar outlook.com.au"
        " outlook.com.br outlook.de outlook.dk outlook.es outlook.fr outlook.ie outlook.in"
        " outlook.it outlook.jp outlook.kr outlook.pt outlook.sa passport.com windowslive.com"
    ),
    "Yahoo": (
        "yahoo.com yahoo.ca yahoo.co.id yahoo.co.in yahoo.co.jp yahoo.co.nz yahoo.co.uk"
        " yahoo.com.ar yahoo.com.au yahoo.com.br yahoo.com.hk yahoo.com.mx yahoo.com.ph"
        " yahoo.com.sg yahoo.com.tr yahoo.com.tw yahoo.com.vn yahoo.de yahoo.dk yahoo.es yahoo.fr"
        " yahoo.gr yahoo.ie yahoo.in yahoo.it yahoo.no yahoo.pl yahoo.ro yahoo.se ymail.com"
        " rocketmail.com myyahoo.com"
    ),
    "AOL": "aol.com aol.co.uk aol.de aol.fr aol.it aim.com",
    "Apple": "icloud.com me.com mac.com",
    "Proton": "proton.me protonmail.com protonmail.ch pm.me",
    "GMX and mail.com": (
        "gmx.de gmx.net gmx.at gmx.ch gmx.com gmx.eu gmx.fr gmx.co.uk gmx.us mail.com email.com"
        " usa.com europe.com consultant.com post.com engineer.com"
    ),
    "web.de": "web.de email.de",
    "T-Online": "t-online.de magenta.de",
    "freenet": "freenet.de",
    "others in Germany": "posteo.de posteo.net mailbox.org arcor.de vodafonemail.de online.de",
    "Tuta": "tuta.com tuta.io tutanota.com tutanota.de tutamail.com keemail.me",
    "Zoho": "zohomail.com zohomail.eu zohomail.in",
    "Fastmail": "fastmail.com fastmail.fm",
    "Hushmail": "hushmail.com hush.com",
    "Yandex": "yandex.ru yandex.com yandex.by yandex.kz yandex.ua ya.ru",
    "Mail.ru": "mail.ru bk.ru inbox.ru list.ru internet.ru",
    "Rambler": "rambler.ru lenta.ru ro.ru",
    "UKR.NET": "ukr.net i.ua meta.ua",
    "France": (
        "orange.fr wanadoo.fr free.fr sfr.fr laposte.net neuf.fr bbox.fr club-internet.fr"
        " numericable.fr aliceadsl.fr"
    ),
    "Italy": "libero.it virgilio.it tiscali.it alice.it tin.it iol.it inwind.it email.it",
    "Spain and Portugal": "telefonica.net terra.es sapo.pt",
    "Netherlands and Belgium": (
        "ziggo.nl kpnmail.nl planet.nl hetnet.nl home.nl xs4all.nl telenet.be skynet.be proximus.be"
    ),
    "United Kingdom and Ireland": (
        "btinternet.com virginmedia.com sky.com talktalk.net blueyonder.co.uk ntlworld.com"
        " tiscali.co.uk eircom.net"
    ),
    "Austria and Switzerland": "aon.at chello.at bluewin.ch hispeed.ch sunrise.ch",
    "Nordic countries": (
        "online.no telia.com comhem.se bredband.net mail.dk jubii.dk kolumbus.fi luukku.com"
    ),
    "Poland": "wp.pl o2.pl onet.pl onet.eu interia.pl interia.eu op.pl gazeta.pl poczta.onet.pl",
    "Czechia and Slovakia": "seznam.cz email.cz centrum.cz centrum.sk azet.sk post.cz zoznam.sk",
    "Hungary": "freemail.hu citromail.hu indamail.hu",
    "Bulgaria, Greece, Baltic states": "abv.bg mail.bg otenet.gr inbox.lv one.lv",
    "United States": (
        "comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net"
        " earthlink.net juno.com netzero.net optonline.net roadrunner.com frontier.com"
        " windstream.net centurylink.net"
    ),
    "Canada": "rogers.com sympatico.ca shaw.ca videotron.ca telus.net",
    "Latin America": "uol.com.br bol.com.br terra.com.br ig.com.br prodigy.net.mx",
    "India": "rediffmail.com indiatimes.com sify.com",
    "China": (
        "qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn sohu.com 139.com 189.cn"
        " 21cn.com aliyun.com tom.com"
    ),
    "Japan": "docomo.ne.jp ezweb.ne.jp softbank.ne.jp i.softbank.jp nifty.com biglobe.ne.jp",
    "Korea": "naver.com hanmail.net daum.net nate.com kakao.com",
    "Taiwan": "hinet.net seed.net.tw",
    "Australia and New Zealand": (
        "bigpond.com bigpond.net.au optusnet.com.au iinet.net.au xtra.co.nz"
    ),
    "Israel and Turkey": "walla.co.il walla.com mynet.com",
    "South Africa": "mweb.co.za telkomsa.net",
}

FREE_MAIL = frozenset(name for names in BY_PROVIDER.values() for name in names.split())
