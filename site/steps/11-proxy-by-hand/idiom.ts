import { Side } from './sides.ts';

// #region idiom
/** As in Twisted: one side is gone, so close the other. */
export class Idiom extends Side {
  override connectionLost() {
    this.peer?.transport.loseConnection();
  }
}
// #endregion idiom
