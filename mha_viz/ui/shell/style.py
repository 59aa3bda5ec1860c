"""How every page looks beyond Streamlit's own style."""

STYLE = (
    ".stMainBlockContainer{padding-top:.5rem;padding-bottom:2rem;max-width:1640px}"
    "@media(min-width:641px){.stMainBlockContainer{padding-left:2rem;padding-right:2rem}}"
    "div:has(>[class*=st-key-unseen]){position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}"
    ".stMainBlockContainer h1{font-size:1.5rem;padding:0 0 .25rem}"
    ".stMainBlockContainer>.stVerticalBlock{gap:.5rem}"
    # A lesson: one row above the step, so that its picture begins high.
    "div:has(>.st-key-presenter_place){position:absolute}.st-key-story .stSelectbox{max-width:200px}"
    ".st-key-story_row,.st-key-story_settings,.st-key-story_row .st-key-step_bar{gap:.5rem}"
    "@media(max-width:640px){.st-key-present_begin{display:none}}"
    ".st-key-shelf button p{font-weight:600}.st-key-story_row .st-key-step_bar label{display:none}"
    ".stMainBlockContainer:has(.st-key-story_row) h3{font-size:1.5rem;padding:.25rem 0 0}"
    "[class*=st-key-card] p{font-size:.9375rem;line-height:1.4}[class*=st-key-card] h4{padding:0}"
    "[data-testid=stCaptionContainer]{opacity:.8}"  # as faint as Streamlit draws it, it cannot be read in a bright room
    ".st-key-controls{gap:.5rem}.st-key-controls .st-key-kind [role=radio]{padding:.25rem .4rem}"
    ".st-key-controls .st-key-kind p{font-size:.8125rem}"
    "@media(max-width:1400px){.st-key-view [role=radio]{padding:.25rem .5rem}}"  # else they take a second row
    "input{text-overflow:ellipsis}"  # what does not fit into a menu is seen to go on
    ".st-key-step_name{gap:1rem}.st-key-step_name h3{padding:0}.st-key-step_name pre{padding:.375rem .75rem}"
    # The menu of steps says the same, where it stands in the same row.
    "@media(min-width:641px){.st-key-step_name .stHeading{position:absolute;width:1px;height:1px;overflow:hidden;"
    "clip-path:inset(50%)}}"
    # Terms of the glossary, and names of models: explained where one points.
    "a:is([href^='#word-'],[href^='#model-']){color:inherit!important;cursor:help;"
    "text-decoration:underline dotted!important;text-underline-offset:.2em}"
    # What somebody types runs its own way. Streamlit puts texts to the left, from whichever side they are read.
    "html[dir=rtl] .stApp :is(input,textarea){unicode-bidi:plaintext}"
    "html[dir=rtl] :is(.stElementContainer,.stHeading,.stMarkdown){text-align:start!important}"
    "html[dir=rtl] .stMarkdown *,html[dir=rtl] .stHeading *{text-align:start!important}"
    "html[dir=rtl] .stApp :is(h1,h2,h3,h4){line-height:1.5}"  # its letters go deeper below the line
    "html[dir=rtl] .stMarkdown li{margin:.2em 1.15em .2em 0;padding:0 .3em 0 0}"
    "html[dir=rtl] .stMarkdown code{direction:ltr;unicode-bidi:isolate}"  # paths and commands are read from the left
    "html[dir=rtl] .stApp pre,html[dir=rtl] :is(.js-plotly-plot,#js-plotly-tester){direction:ltr}"  # as everywhere
    "html[dir=rtl] .js-plotly-plot :is(.xtitle,.ytitle){direction:rtl}"
    "html[dir=rtl] [data-variant=segmented_control]{margin:0 0 0 -1px}"
    # Streamlit leaves out a line beside the chosen one, on the side that is the outer one here.
    "html[dir=rtl] [data-variant=segmented_control][aria-checked=false]:not(:hover)"
    "{border-color:color-mix(in srgb,currentColor 20%,transparent)!important}"
    "html[dir=rtl] [data-variant=segmented_control][aria-checked=true]{position:relative;z-index:1}"
    "html[dir=rtl] [data-variant=segmented_control]:first-child{border-radius:0 .5rem .5rem 0}"
    "html[dir=rtl] [data-variant=segmented_control]:last-child{border-radius:.5rem 0 0 .5rem;margin-left:0}"
    # One quiet line above the pictures, which are to begin high.
    ".st-key-above_map{gap:1.5rem;row-gap:0;margin:-.25rem 0}"
    ".st-key-above_map .stPopover button{padding:0;min-height:1.5rem}"
    ".st-key-above_map .stPopover button{max-width:min(17rem,58vw)}.st-key-above_map .stPopover p{font-size:.875rem}"
    "@media(max-width:640px){.st-key-above_map>:has(.st-key-worth_looking),.st-key-above_map>.st-key-worth_looking"
    "{min-width:100%}}"
    ".st-key-findings{gap:.375rem}.st-key-findings button p{text-wrap:pretty}"
    ".st-key-worth_looking details{border:0;background:none}"
    ".st-key-worth_looking summary{padding:0;min-height:1.5rem}"
    ".st-key-worth_looking summary p{font-size:.875rem;line-height:1.25}"
    ".st-key-worth_looking [data-testid=stExpanderDetails]{padding:.25rem 0 .25rem 1.5rem}"
    # After an error: the last picture stays, as something that is not of what was asked for.
    ".stVerticalBlock>div:has(>[class*=st-key-refused])~*{opacity:.4;pointer-events:none}"
    # A field among menus, as high as they are: what it takes stands in its help.
    ".st-key-picture_file [data-testid=stFileUploaderDropzone]{padding:0;min-height:0;border:0;background:none}"
    ".st-key-picture_file [data-testid=stFileUploaderDropzoneInstructions]{display:none}"
    ".st-key-code_field textarea{font-family:ui-monospace,Menlo,Consolas,monospace;white-space:pre;"
    "overflow-x:auto;tab-size:4}"
    ".st-key-recent button,.st-key-findings button{text-align:left;justify-content:flex-start;min-height:0;padding:0}"
    "@media(max-width:640px){.st-key-desk .stHorizontalBlock{gap:.5rem}"
    ".st-key-desk .stColumn{min-width:0;flex:2 1 20%}.st-key-desk .stColumn:nth-child(3){flex:3 1 30%}"
    ".st-key-desk .stColumn:last-child{flex:0 0 84px}"
    ".st-key-desk .stColumn:first-child{min-width:100%}"
    ".st-key-head_row{flex-wrap:nowrap;align-items:flex-start;gap:.25rem}"
    ".st-key-head_row>:first-child{min-width:0;flex:1 1 0}.st-key-head_row .st-key-menu{max-width:100%}"
    ".st-key-head_row>:last-child button{padding:.25rem .5rem}.st-key-head_row>:last-child button p{font-size:.8125rem}"
    # In a class Join stands under Share, beside the rooms, and takes no row of its own.
    ".st-key-head_row:has(.st-key-join){display:grid;grid-template:auto 1fr/1fr auto;gap:.25rem}"
    ".st-key-head_row:has(.st-key-join)>:first-child,.st-key-head_row:has(.st-key-join)>:first-child>.stHorizontalBlock"
    "{display:contents}.st-key-head_row:has(.st-key-join)>:last-child{grid-area:1/2}"
    ".st-key-head_row .st-key-menu{grid-area:1/1/span 2}.st-key-head_row .st-key-join{grid-area:2/2}"
    ".st-key-head_row :is(.st-key-leads,.st-key-leave_lead,.st-key-follow_lead){grid-column:1/-1}"
    ".st-key-second{min-width:100%}"
    # All views in one row, where names are short; of a passage its picture first, then the fields to mark another.
    ".st-key-view [role=radio]{padding:.25rem .3rem}.st-key-view [role=radio] p{font-size:.8125rem}"
    ".st-key-passage>:has(>.st-key-passage_fields){order:1}"
    # Menus stand side by side, as many as fit, however wide each is elsewhere.
    "[class*=st-key-menus_of]{gap:.5rem}[class*=st-key-menus_of] .stSelectbox{width:100%!important}"
    "[class*=st-key-menus_of]>:has(>.stSelectbox){flex:1 1 28%!important;width:auto!important;min-width:0!important}"
    ".st-key-menus_of_scores>:has(>.stSelectbox){min-width:9.5rem!important}"  # short words leave it too little
    ".st-key-menus_of_training>.st-key-follow{flex-basis:40%!important}"
    ".st-key-menus_of_training>:is(.st-key-layer,.st-key-head){flex-basis:20%!important}"
    # What was chosen to be seen stands before the map of all heads, which is what one sees of it first.
    ".stMainBlockContainer:has(.st-key-view [aria-checked=true]:not(:first-child)) "
    ".st-key-sides>div>.stHorizontalBlock>.stColumn:first-child{order:2}"
    # Steps at the bottom of the window; what a story is told with comes after what it tells.
    ".st-key-step_bar{position:fixed;left:0;right:0;bottom:0;z-index:99;width:auto;padding:.5rem 1rem;flex-wrap:nowrap;"
    "background:Canvas;border-top:1px solid GrayText}.st-key-step_bar label{display:none}"
    ".st-key-step_bar>:last-child{flex:1 1 0;min-width:0;width:auto}"
    ".stMainBlockContainer:has(.st-key-step_bar){padding-bottom:5rem}"
    "div:has(>.st-key-story_row),.st-key-story_row{display:contents}"
    "div:has(>.st-key-story_settings){order:9}}"
)
