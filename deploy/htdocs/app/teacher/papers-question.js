// A question in the editor: what is asked, what can be chosen, what is right.
import { html, newId, useRef } from '../html.js';
import { t } from '../i18n.js';
import { Button, Field, Select, TextArea } from '../ui/index.js';
import { asType, blankOption, hasOptions, keyName, TYPES, usualPoints, WORDS, wrongAt } from './papers-model.js';

/** `change(work, part)`: work gives the fields that change, part is the field's path below the question. */
export function Question({ question, path, problems, change }) {
	const { type, prompt, points, key } = question;
	const set = (name) => (value) => change(() => ({ [name]: value }), name);
	const wrong = (part) => wrongAt(problems, `${path}.${part}`);
	const parts = { question, path, problems, change, wrong };
	return html`
		<${Select} label=${t('papers.question_type')} name=${`${path}.type`} value=${type} error=${wrong('type')}
			onValue=${(value) => change((old) => asType(old, value), '')} options=${TYPES.map((value) => ({ value, label: t(`papers.type_${value}`) }))}/>
		<${TextArea} label=${t('papers.prompt')} name=${`${path}.prompt`} rows="2" maxlength="5000" value=${prompt} onValue=${set('prompt')} error=${wrong('prompt')} required/>
		${hasOptions(type) && html`<${Options} ...${parts}/>`}
		${WORDS[type] && html`<${Words} ...${parts}/>`}
		${type === 'short_answer' && html`<${Variants} ...${parts}/>`}
		<div class="fields">
			<${Field} label=${t('papers.points')} optional name=${`${path}.points`} inputmode="decimal" value=${points} onValue=${set('points')}
				placeholder=${String(usualPoints({ type, key }))} error=${wrong('points')} autocomplete="off"/>
			${type === 'short_answer' && html`<${Field} label=${t('papers.max_words')} optional name=${`${path}.max_words`} inputmode="numeric"
				value=${question.max_words} onValue=${set('max_words')} placeholder=${t('papers.any_number')} error=${wrong('max_words')} autocomplete="off"/>`}
		</div>`;
}

// What is wrong with the key as a whole, and with each of its answers.
const keyProblems = ({ question, path, problems, wrong }) => {
	const name = keyName(question.type);
	return [wrong('key'), wrong(`key.${name}`), ...question.key.map((_, i) => wrongAt(problems, `${path}.key.${name}[${i}]`))].filter(Boolean);
};

const toggled = (key, id, on) => (on ? [...key, id] : key.filter((one) => one !== id));

function Options(parts) {
	const { question, path, change, wrong } = parts;
	const { type, options, key } = question;
	const set = (i, fields) => change((old) => ({ options: old.options.map((one, j) => (j === i ? { ...one, ...fields } : one)),
		// the key follows an option whose letter changes
		key: 'id' in fields ? old.key.map((id) => (id === old.options[i].id ? fields.id : id)) : old.key }), `options[${i}]`);
	const tick = (id, on) => change((old) => {
		const chosen = toggled(old.key, id, on);
		return { key: old.options.map((option) => option.id).filter((one) => chosen.includes(one)) };
	}, 'key');
	const remove = (i) => change((old) => ({ options: old.options.filter((_, j) => j !== i), key: old.key.filter((id) => id !== old.options[i].id) }), 'options');
	const keyWrong = [...new Set(keyProblems(parts))];
	const list = wrong('options');
	const hint = t(type === 'multiple_select' ? 'papers.key_all' : 'papers.key_any');
	return html`
		<fieldset class="group" data-wrong=${keyWrong.length || list ? '' : undefined}><legend>${t('papers.options')}</legend>
			<p class="hint">${hint}</p>
			<div class="options">${options.map((option, i) => {
				const at = `${path}.options[${i}]`;
				const [idWrong, textWrong] = [wrong(`options[${i}].id`), wrong(`options[${i}].text`)];
				return html`<div class="option" key=${option.uid}>
					<label class="tick" title=${t('papers.right')}><input type="checkbox" name=${i ? undefined : `${path}.key.${keyName(type)}`} checked=${key.includes(option.id)}
						aria-label=${t('papers.right_n', { id: option.id })} onChange=${(event) => tick(option.id, event.target.checked)}/></label>
					<input class="option-id" name=${`${at}.id`} value=${option.id} maxlength="20" aria-label=${t('papers.option_id', { n: i + 1 })} autocomplete="off"
						aria-invalid=${idWrong ? 'true' : undefined} onInput=${(event) => set(i, { id: event.target.value })}/>
					<input name=${`${at}.text`} value=${option.text} maxlength="1000" aria-label=${t('papers.option_text', { id: option.id })} autocomplete="off"
						aria-invalid=${textWrong ? 'true' : undefined} onInput=${(event) => set(i, { text: event.target.value })}/>
					<button type="button" class="icon" aria-label=${t('papers.option_remove', { id: option.id })} onClick=${() => remove(i)}>×</button>
					${(idWrong || textWrong) && html`<p class="wrong">${idWrong ?? textWrong}</p>`}</div>`;
			})}</div>
			${list && html`<p class="wrong">${list}</p>`}
			${keyWrong.map((text) => html`<p class="wrong" key=${text}>${text}</p>`)}
			<${Button} onClick=${() => change((old) => ({ options: [...old.options, blankOption(old.options)] }), 'options')}>${t('papers.option_add')}<//>
		</fieldset>`;
}

const fold = (text) => text.trim().replace(/[\s_]+/g, ' ').toUpperCase();
const SHORT = { T: 'TRUE', F: 'FALSE', Y: 'YES', N: 'NO', NG: 'NOT GIVEN' };
const means = (answer, word) => (SHORT[fold(answer)] ?? fold(answer)) === word;

function Words(parts) {
	const { question, path, change } = parts;
	const wrong = [...new Set(keyProblems(parts))];
	const tick = (word, on) => change(({ key, type }) => ({ key: WORDS[type].filter((one) => (one === word ? on : key.some((answer) => means(answer, one)))) }), 'key');
	return html`
		<fieldset class="group" data-wrong=${wrong.length ? '' : undefined}><legend>${t('papers.right')}</legend>
			<p class="hint">${t('papers.key_any')}</p>
			<div class="words">${WORDS[question.type].map((word, i) => html`
				<label class="check" key=${word}><input type="checkbox" name=${i ? undefined : `${path}.key.any_of`} checked=${question.key.some((answer) => means(answer, word))}
					onChange=${(event) => tick(word, event.target.checked)}/><span>${word}</span></label>`)}</div>
			${wrong.map((text) => html`<p class="wrong" key=${text}>${text}</p>`)}
		</fieldset>`;
}

function Variants({ question, path, problems, change, wrong }) {
	const id = useRef(newId('v')).current;
	const { key } = question;
	const set = (i, value) => change((old) => ({ key: old.key.map((one, j) => (j === i ? value : one)) }), `key.any_of[${i}]`);
	const whole = wrong('key') ?? wrong('key.any_of');
	return html`
		<fieldset class="group" data-wrong=${whole ? '' : undefined}><legend>${t('papers.variants')}</legend>
			<p class="hint" id=${id}>${t('papers.variants_hint')}</p>
			<div class="options">${key.map((answer, i) => {
				const name = `${path}.key.any_of[${i}]`;
				const bad = wrongAt(problems, name);
				return html`<div class="option" key=${i} data-wrong=${bad ? '' : undefined}>
					<input name=${name} value=${answer} maxlength="500" aria-label=${t('papers.variant_n', { n: i + 1 })} aria-describedby=${id} autocomplete="off"
						aria-invalid=${bad ? 'true' : undefined} onInput=${(event) => set(i, event.target.value)}/>
					<button type="button" class="icon" aria-label=${t('papers.variant_remove', { n: i + 1 })} disabled=${key.length === 1}
						onClick=${() => change((old) => ({ key: old.key.filter((_, j) => j !== i) }), 'key')}>×</button>
					${bad && html`<p class="wrong">${bad}</p>`}</div>`;
			})}</div>
			${whole && html`<p class="wrong">${whole}</p>`}
			<${Button} onClick=${() => change((old) => ({ key: [...old.key, ''] }), 'key')}>${t('papers.variant_add')}<//>
		</fieldset>`;
}
