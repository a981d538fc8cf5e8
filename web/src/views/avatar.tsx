// A person's picture, or their initials on a colour of their own.
import type { Profile } from '../chat/types';

export function Avatar({ profile }: { profile: Profile | null }) {
  if (profile?.avatarUrl) return <img className="avatar" src={profile.avatarUrl} alt="" />;
  return (
    <span
      className="avatar"
      style={{ '--hue': hue(profile?.id ?? '') } as React.CSSProperties}
      aria-hidden="true"
    >
      {initials(profile?.name)}
    </span>
  );
}

export function initials(name: string | null | undefined): string {
  const words = (name ?? '').trim().split(/\s+/).filter(Boolean);
  const picked = words.length > 1 ? [words[0], words.at(-1)] : words;
  return picked.map((word) => [...word!][0]!.toUpperCase()).join('') || '?';
}

function hue(id: string): number {
  let hash = 0;
  for (const character of id) hash = (hash * 31 + character.codePointAt(0)!) % 360;
  return hash;
}
