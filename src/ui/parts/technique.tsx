/** A MITRE ATT&CK technique: its id, its name where there is room, its tactics on hover. */
export const TechniqueChip = ({
  id,
  name = '',
  tactics = [],
  short = false,
}: {
  id: string;
  name?: string;
  tactics?: readonly string[];
  short?: boolean;
}) => (
  <span className="tag outline" title={`${id} ${name}${tactics.length > 0 ? `: ${tactics.join(', ')}` : ''}`}>
    <span className="mono">{id}</span>
    {!short && name !== '' && <span className="cut">{name}</span>}
  </span>
);
