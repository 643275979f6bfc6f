/** What the headless shell says to a person when there is no window to show. */
import type { ServerResponse } from 'node:http'
import type { Refusal } from './guard.ts'

/** A short page for a person. */
export function sendPage(
  response: ServerResponse,
  refusal: Omit<Refusal, 'status'> & { readonly status: number },
): void {
  const { status, title, text } = refusal
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' })
  response.end(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escapeHtml(title)} - Longshore</title>
<style>body{font:15px/1.6 system-ui;max-width:34rem;margin:20vh auto;padding:0 1rem;color-scheme:light dark}</style>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(text)}</p>
</html>
`)
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
