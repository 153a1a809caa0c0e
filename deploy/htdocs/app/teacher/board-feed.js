// What happened, newest first.
import { Component, html, useState } from '../html.js';
import { t, timeExact } from '../i18n.js';
import { Segments } from '../ui/index.js';
import { useBoardState } from './board-live.js';
import { Sign, eventSign, eventText } from './board-signs.js';

const SHOWN = 60;
const CALM_MS = 250; // nobody reads faster

export function Feed({ state, onOpen }) {
	const [kind, setKind] = useState('news');
	useBoardState(state, CALM_MS);
	const items = state[kind].slice(0, SHOWN);
	return html`
		<section class="feed card" aria-labelledby="feed-title">
			<header class="card-head"><h2 id="feed-title">${t('board.feed')}</h2>
				<${Segments} label=${t('board.feed_kind')} value=${kind} onValue=${setKind} options=${[
					{ value: 'news', label: t('board.feed_news') }, { value: 'everything', label: t('board.feed_everything') }]}/></header>
			<div class="feed-list" tabindex="0" role="log" aria-live="off" aria-label=${t('board.feed')}>
				${items.length === 0 && html`<p class="soft small">${t('board.feed_empty')}</p>`}
				${items.map((message) => html`<${FeedItem} key=${message.event_id} message=${message} onOpen=${onOpen}/>`)}
			</div>
		</section>`;
}

// What has happened doesn't change.
class FeedItem extends Component {
	shouldComponentUpdate({ message }) {
		return message !== this.props.message;
	}

	render({ message, onOpen }) {
		const [sign, tone] = eventSign(message.type);
		return html`
			<div class="feed-item" data-tone=${tone}>
				<${Sign} name=${sign}/>
				<p>${message.student_name && html`<button type="button" dir="auto" class="student-name" onClick=${() => onOpen(message.student_id)}>${message.student_name}</button> `}${eventText(message)}</p>
				<time class="soft small number" datetime=${message.timestamp}>${timeExact(message.timestamp)}</time>
			</div>`;
	}
}
