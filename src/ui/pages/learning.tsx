/**
 * Learning: what is known as normal here and how well, the cycles of the plant that were seen, saved baselines, and every
 * detector with its thresholds, tried on the plant's own recordings before they change.
 */
import './learning/learning.css';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Tabs, tabSearch } from '../parts/tabs.tsx';
import { Baselines } from './learning/baselines.tsx';
import { Detectors } from './learning/detectors.tsx';
import { Learned } from './learning/learned.tsx';

const TABS = [
  { id: '', label: 'Learned' },
  { id: 'baselines', label: 'Baselines' },
  { id: 'detectors', label: 'Detectors and thresholds' },
] as const;

export const LearningPage = () => {
  const navigate = useNavigate();
  const tab = (useSearch({ strict: false }) as { tab?: string }).tab ?? '';
  return (
    <div className="page full">
      <h1 className="sr">Learning</h1>
      <Tabs label="Learning" tabs={TABS} tab={tab} choose={(id) => void navigate({ to: '.', search: tabSearch(id) })} />
      <div className="tab-body">
        {tab === 'baselines' ? <Baselines /> : tab === 'detectors' ? <Detectors /> : <Learned />}
      </div>
    </div>
  );
};
