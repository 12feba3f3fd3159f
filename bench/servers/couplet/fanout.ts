import { Factory, Protocol } from 'couplet';
import { serve } from './serve.ts';

/** Sends what one connection sends to all others. */
class Member extends Protocol<Group> {
  override connectionMade(): void {
    this.factory.members.add(this);
  }

  override dataReceived(data: Buffer): void {
    for (const member of this.factory.members) if (member !== this) member.transport.write(data);
  }

  override connectionLost(): void {
    this.factory.members.delete(this);
  }
}

class Group extends Factory {
  override protocol = Member;
  readonly members = new Set<Member>();
}

await serve(new Group());
