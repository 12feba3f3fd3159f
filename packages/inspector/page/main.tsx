import './page.css';
import './reactor.css';
import './pair.css';
import './connections.css';
import './events.css';
import './timeline.css';
import './narrow.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { takeToken } from './settings.ts';

const place = document.getElementById('page');
if (place !== null) render(<App token={takeToken()} />, place);
