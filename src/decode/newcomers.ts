/**
 * Floods of addresses: how many new ones that nobody conversed with are told apart. Random source addresses through one card
 * are one device (or one router), random cards in one network are one somebody: thousands of endpoints would say nothing of
 * them and push out what is there. Whoever converses (answers, is answered and goes on, or says a third thing) is told apart at any time and
 * does not count. Source: RFC 4987 section 3 (SYN floods with forged sources); the limits of port security on switches.
 */

/** New addresses of one card within an hour that did not converse; further ones are counted, and stand as the card. */
export const MAX_UNHEARD_ADDRESSES = 512;
/** New cards of one network (VLAN, tunnel) within an hour that did not converse; further ones are counted, and stand as one. */
export const MAX_UNHEARD_CARDS = 2048;
/**
 * New addresses within an hour that messages of one protocol in one network only spoke about (ARP targets, answers of DNS);
 * further ones are counted, and stand as one.
 */
export const MAX_MENTIONED = 4096;
/** Networks in which cards are counted, and protocols of networks in which mentions are; in further ones nothing is held back. */
export const MAX_COUNTED_PLACES = 1024;
const WINDOW_US = 3_600_000_000;

interface Card {
  /** Addresses that did not converse. */
  unheard: number;
  isHeard: boolean;
}

interface Place {
  readonly cards: Map<number, Card>;
  /** Cards that did not converse. */
  unheard: number;
}

export class Newcomers {
  /** Times that an address, and a card, found no place of its own. */
  addresses = 0;
  cards = 0;
  /** Times that an address spoken about found none. */
  mentioned = 0;
  readonly #spokenOf = new Map<string, number>();
  #sinceUs = Number.NEGATIVE_INFINITY;
  readonly #places = new Map<number, Place>();

  /** What a new address is: of its own, its `card`, or one of the `crowd` of its network. */
  admit(placeKey: number, mac: number, hasAddress: boolean, tsUs: number): 'own' | 'card' | 'crowd' {
    this.#pass(tsUs);
    let place = this.#places.get(placeKey);
    if (place === undefined) {
      if (this.#places.size >= MAX_COUNTED_PLACES) return 'own';
      place = { cards: new Map(), unheard: 0 };
      this.#places.set(placeKey, place);
    }
    let card = place.cards.get(mac);
    if (card === undefined) {
      if (place.unheard >= MAX_UNHEARD_CARDS) {
        this.cards++;
        return 'crowd';
      }
      place.unheard++;
      card = { unheard: 0, isHeard: false };
      place.cards.set(mac, card);
    }
    if (!hasAddress) return 'own';
    if (card.unheard >= MAX_UNHEARD_ADDRESSES) {
      this.addresses++;
      return 'card';
    }
    card.unheard++;
    return 'own';
  }

  #pass(tsUs: number): void {
    if (tsUs - this.#sinceUs <= WINDOW_US && tsUs >= this.#sinceUs - WINDOW_US) return;
    this.#sinceUs = tsUs;
    this.#places.clear();
    this.#spokenOf.clear();
  }

  /** May a new address that `protocol` only spoke about be told apart? */
  mention(placeKey: number, protocol: string, tsUs: number): boolean {
    this.#pass(tsUs);
    const key = `${placeKey} ${protocol}`;
    const number = this.#spokenOf.get(key);
    if (number === undefined && this.#spokenOf.size >= MAX_COUNTED_PLACES) return true;
    if (number !== undefined && number >= MAX_MENTIONED) {
      this.mentioned++;
      return false;
    }
    this.#spokenOf.set(key, (number ?? 0) + 1);
    return true;
  }

  /** An endpoint conversed for the first time. */
  heard(placeKey: number, mac: number, hasAddress: boolean): void {
    const place = this.#places.get(placeKey);
    const card = place?.cards.get(mac);
    if (place === undefined || card === undefined) return;
    if (hasAddress && card.unheard > 0) card.unheard--;
    if (card.isHeard) return;
    card.isHeard = true;
    place.unheard--;
  }
}
