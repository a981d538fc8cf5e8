// Who is in the room; owner and admins add and remove people, everyone else may leave.
import { useCallback, useEffect, useState } from 'react';
import * as api from '../chat/api';
import type { Member, Profile } from '../chat/types';
import { explain } from '../problems';
import { Avatar } from './avatar';

export function Members({ roomId, me, onClose }: { roomId: string; me: Profile; onClose: () => void }) {
  const [members, setMembers] = useState<Member[]>([]);
  const [nextToken, setNextToken] = useState<string | null>(null);
  const [userId, setUserId] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const myRole = members.find(({ user }) => user.id === me.id)?.role;
  const mayManage = myRole === 'OWNER' || myRole === 'ADMIN';

  const attempt = useCallback(async (action: () => Promise<void>) => {
    try {
      await action();
      setProblem(null);
    } catch (thrown) {
      setProblem(explain(thrown).text);
    }
  }, []);

  const load = useCallback(
    async (token: string | null) => {
      const page = await api.listMembers(roomId, token);
      setMembers((before) => (token ? [...before, ...page.items] : page.items));
      setNextToken(page.nextToken);
    },
    [roomId],
  );
  useEffect(() => void attempt(() => load(null)), [attempt, load]);

  const add = () =>
    attempt(async () => {
      await api.addMember({ roomId, userId: userId.trim(), role: 'MEMBER' });
      setUserId('');
      await load(null);
    });

  const remove = (member: Member) =>
    attempt(async () => {
      await api.removeMember({ roomId, userId: member.user.id });
      setMembers((before) => before.filter(({ user }) => user.id !== member.user.id));
      if (member.user.id === me.id) location.hash = '#/';
    });

  return (
    <section className="members" aria-label="Members">
      <ul>
        {members.map((member) => (
          <li key={member.user.id} className="row">
            <Avatar profile={member.user} />
            <span className="grow ellipsis">
              {member.user.name}
              {member.user.id === me.id && ' (you)'}
            </span>
            {member.role !== 'MEMBER' && <span className="badge">{member.role.toLowerCase()}</span>}
            {member.role !== 'OWNER' && (mayManage || member.user.id === me.id) && (
              <button className="small" onClick={() => void remove(member)}>
                {member.user.id === me.id ? 'Leave' : 'Remove'}
              </button>
            )}
          </li>
        ))}
      </ul>
      {nextToken && (
        <button className="plain small" onClick={() => void attempt(() => load(nextToken))}>
          More members
        </button>
      )}
      {mayManage && (
        <form
          className="row"
          onSubmit={(event) => {
            event.preventDefault();
            void add();
          }}
        >
          <input
            aria-label="User id of the person to add"
            placeholder="User id of the person to add"
            value={userId}
            onChange={(event) => setUserId(event.target.value)}
            required
          />
          <button>Add</button>
        </form>
      )}
      {problem && <p role="alert">{problem}</p>}
      <button className="plain small" onClick={onClose}>
        Close
      </button>
    </section>
  );
}
