// The start page of a role that has no page of its own to start with.
import { html } from './html.js';
import { t } from './i18n.js';
import { useUser } from './state.js';
import { Button, Empty, Page } from './ui/index.js';

export default function Home() {
	const user = useUser();
	return html`<${Page} title=${t('home.welcome', { name: user.full_name })} narrow>
		<${Empty} title=${t('home.nothing')} action=${html`<${Button} href="docs/">${t('shell.docs')}<//>`}>${t('home.nothing_text')}<//><//>`;
}
