// A real browser for journeys: Debian's Chromium by playwright-core, axe-core, and two pairs of hands:
// the mouse's and the keyboard's.
import { strict as assert } from 'node:assert';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, skip } from '../support/stack.mjs';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
if (!existsSync(executablePath)) skip('Chromium is not installed (apt-get install chromium)');
const { chromium } = await import('playwright-core').catch(() => skip('playwright-core is missing (npm ci in tests/)'));
const { AxeBuilder } = await import('@axe-core/playwright').catch(() => skip('@axe-core/playwright is missing (npm ci in tests/)'));

export const pictures = process.env.HABILITD_PICTURES; // a folder: screenshots are kept there

export async function open_browser() {
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
}

// A person at the portal: a fresh profile with a language, by mouse or keyboard, with or without scripts.
export class Person {
  static async open(browser, base_url, { language = 'fr', keyboard = false, scripts = true, width = 1440, height = 1000 } = {}) {
    const context = await browser.newContext({ locale: language === 'fr' ? 'fr-FR' : 'en-GB', javaScriptEnabled: scripts,
      viewport: { width, height }, reducedMotion: 'reduce' });
    context.setDefaultTimeout(60000);
    const person = new Person();
    Object.assign(person, { context, page: await context.newPage(), base_url, language, keyboard, scripts, checked: 0 });
    return person;
  }

  async go(path) {
    await this.page.goto(new URL(path, this.base_url).href);
  }

  // Moves the focus with Tab alone until it is on the element; radio buttons of a group by arrows.
  async tab_to(target) {
    const focused = () => target.evaluate((e) => e === document.activeElement);
    const same_group = () => target.evaluate((e) => e.type === 'radio' && document.activeElement?.name === e.name && document.activeElement?.type === 'radio');
    for (let steps = 0; steps < 200; steps++) {
      if (await focused()) return this.see_focus();
      await this.page.keyboard.press((await same_group()) ? 'ArrowDown' : 'Tab');
    }
    throw new Error(`the keyboard does not reach ${target}`);
  }

  // What has the focus must show it (WCAG 2.4.7).
  async see_focus() {
    const visible = await this.page.evaluate(() => {
      const e = document.activeElement;
      const drawn = (style) => (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
      const shown = (x) => [null, '::before', '::after'].some((part) => drawn(getComputedStyle(x, part)));
      return [e, e.closest('li'), ...(e.labels ?? [])].filter(Boolean).some(shown);
    });
    assert(visible, 'the focus is not visible');
  }

  // A link or a button: every one of them leads to a page.
  async press(target) {
    if (this.keyboard) await this.tab_to(target);
    const loaded = this.page.waitForEvent('load');
    await (this.keyboard ? this.page.keyboard.press('Enter') : target.click());
    await loaded;
  }

  async choose(target) {
    if (!this.keyboard) return target.check({ force: true });
    await this.tab_to(target);
    if (!(await target.isChecked())) await this.page.keyboard.press('Space');
    assert(await target.isChecked());
    return undefined;
  }

  async fill(target, text) {
    if (!this.keyboard) return target.fill(text);
    await this.tab_to(target);
    await this.page.keyboard.press('Control+A');
    return this.page.keyboard.type(text);
  }

  async sign_in({ user_name, password }) {
    await this.fill(this.page.locator('#login'), user_name);
    await this.fill(this.page.locator('#password'), password);
    await this.press(this.page.locator('form[action="/connexion"] button[type=submit]'));
  }

  // What must hold on every page: axe-core finds nothing, one h1, a title, the language, no sideways scroll.
  async check_page(name) {
    if (this.scripts) {
      const { violations } = await new AxeBuilder({ page: this.page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'RGAAv4', 'best-practice']).analyze();
      assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' | ')}`), [], `axe-core on ${name}`);
    }
    assert.equal(await this.page.locator('h1').count(), 1, `one h1 on ${name}`);
    assert((await this.page.title()).length > 10, `a title on ${name}`);
    assert.equal(await this.page.locator('html').getAttribute('lang'), this.language);
    const overflow = await this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert(overflow <= 0, `${name} scrolls sideways by ${overflow} px`);
    this.checked++;
    await this.picture(name);
  }

  async picture(name) {
    if (!pictures) return;
    mkdirSync(join(root, pictures), { recursive: true });
    const size = this.page.viewportSize().width < 500 ? '-phone' : '';
    await this.page.screenshot({ path: join(root, pictures, `${name}-${this.language}${size}.png`), fullPage: true });
  }

  async close() {
    await this.context.close();
  }
}
