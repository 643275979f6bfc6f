/** The page's own colours for the editor, read from its tokens, so that every theme and contrast is followed. */
import type { editor } from 'monaco-editor'

interface Themes {
  readonly editor: Pick<typeof editor, 'defineTheme' | 'setTheme'>
}

/** Keeps the editor in the theme of the document. */
export function followTheme(monaco: Themes): void {
  const apply = () => {
    monaco.editor.defineTheme('page', themeOfPage())
    monaco.editor.setTheme('page')
  }
  new MutationObserver(apply).observe(document.documentElement, { attributeFilter: ['data-theme'] })
  matchMedia('(prefers-contrast: more)').addEventListener('change', apply)
  apply()
}

function themeOfPage(): editor.IStandaloneThemeData {
  const colour = reader()
  const text = colour('--text')
  const muted = colour('--text-muted')
  const line = colour('--line')
  const rule = (token: string, name: string) => ({ token, foreground: colour(name).slice(1) })
  return {
    base: document.documentElement.dataset.theme === 'dark' ? 'vs-dark' : 'vs',
    inherit: true,
    rules: [
      rule('', '--text'),
      rule('type', '--link'),
      rule('string', '--ok-text'),
      rule('string.yaml', '--ok-text'),
      rule('number', '--ok-text'),
      rule('keyword', '--link'),
      rule('variable', '--warn-text'),
      rule('comment', '--text-muted'),
      rule('operators', '--text-soft'),
      rule('delimiter', '--text-soft'),
      rule('tag', '--warn-text'),
      rule('namespace', '--warn-text'),
    ],
    colors: {
      'editor.background': colour('--raised'),
      'editor.foreground': text,
      'editorLineNumber.foreground': muted,
      'editorLineNumber.activeForeground': text,
      'editorCursor.foreground': colour('--accent'),
      'editor.lineHighlightBackground': colour('--hover'),
      'editor.lineHighlightBorder': '#00000000',
      'editor.selectionBackground': colour('--selected'),
      'editorIndentGuide.background1': line,
      'editorIndentGuide.activeBackground1': colour('--line-strong'),
      'editorWidget.background': colour('--raised'),
      'editorWidget.border': colour('--line-strong'),
      'editorHoverWidget.background': colour('--raised'),
      'editorHoverWidget.border': colour('--line-strong'),
      'editorSuggestWidget.background': colour('--raised'),
      'editorSuggestWidget.border': colour('--line-strong'),
      'editorSuggestWidget.foreground': text,
      'editorSuggestWidget.selectedBackground': colour('--selected'),
      'editorSuggestWidget.selectedForeground': text,
      'editorSuggestWidget.highlightForeground': colour('--link'),
      'editorSuggestWidget.focusHighlightForeground': colour('--link'),
      'editorError.foreground': colour('--bad'),
      'editorWarning.foreground': colour('--warn'),
      'editorBracketMatch.background': colour('--selected'),
      'editorBracketMatch.border': '#00000000',
      'editorGutter.background': colour('--raised'),
      'editorOverviewRuler.border': '#00000000',
      'scrollbar.shadow': '#00000000',
      'scrollbarSlider.background': colour('--pressed'),
      'scrollbarSlider.hoverBackground': colour('--line-strong'),
      'scrollbarSlider.activeBackground': colour('--line-strong'),
      focusBorder: '#00000000',
      'input.background': colour('--page'),
      'input.border': colour('--line-strong'),
      'widget.shadow': '#00000033',
    },
  }
}

/** Reads a token as `#rrggbbaa`: a pixel tells what any colour space comes to. */
function reader(): (name: string) => string {
  const style = getComputedStyle(document.documentElement)
  const canvas = document.createElement('canvas')
  canvas.width = 1
  canvas.height = 1
  const context = canvas.getContext('2d', { willReadFrequently: true })
  return (name) => {
    if (!context) return '#808080'
    context.clearRect(0, 0, 1, 1)
    context.fillStyle = style.getPropertyValue(name).trim()
    context.fillRect(0, 0, 1, 1)
    const [r = 0, g = 0, b = 0, a = 255] = context.getImageData(0, 0, 1, 1).data
    const hex = (value: number) => value.toString(16).padStart(2, '0')
    return `#${hex(r)}${hex(g)}${hex(b)}${a === 255 ? '' : hex(a)}`
  }
}
