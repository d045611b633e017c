package io.flotilla.controller.gate;

import java.util.Optional;

/**
 * A device's rows of one model, block by block: what it did lately and, before that, what it is
 * compared with. Two blocks and no more, however long it runs.
 *
 * @param earlier the last whole block, unless it was used up
 * @param open the block that rows are added to
 */
public record Track(Optional<Block> earlier, Optional<Block> open) {
  /** Nothing yet. */
  static final Track BEGIN = new Track(Optional.empty(), Optional.empty());

  /** Fewest rows of a block that was cut short by a new version and can still be compared with. */
  static final long FEWEST_ROWS = 20;

  /**
   * Two blocks, one after the other.
   *
   * @param before the earlier one
   * @param now the later one, which is whole
   */
  record Pair(Block before, Block now) {}

  /**
   * A track and the pair that it has just completed.
   *
   * @param closed empty unless the open block became whole and there is one before it
   */
  record Step(Track next, Optional<Pair> closed) {}

  /**
   * Adds rows. Rows of the version before the open block's came late and are passed over.
   *
   * @param needed rows that make a block whole, from 1
   */
  Step plus(Block rows, long needed) {
    Track next;
    if (open.isEmpty()) {
      next = new Track(earlier, Optional.of(rows));
    } else if (open.get().version().equals(rows.version())) {
      next = new Track(earlier, Optional.of(open.get().plus(rows)));
    } else if (earlier.filter(block -> block.version().equals(rows.version())).isPresent()) {
      return new Step(this, Optional.empty());
    } else {
      next = new Track(comparable(open.get()), Optional.of(rows));
    }
    Block now = next.open.orElse(rows);
    return now.rows() < needed
        ? new Step(next, Optional.empty())
        : new Step(
            new Track(Optional.of(now), Optional.empty()),
            next.earlier.map(before -> new Pair(before, now)));
  }

  /** Once the earlier block has stood beside a unit: it must not be used for another. */
  Track spent() {
    return new Track(Optional.empty(), open);
  }

  /** What a new version is compared with. */
  private Optional<Block> comparable(Block cut) {
    Optional<Block> same = earlier.filter(block -> block.version().equals(cut.version()));
    return same.map(block -> block.plus(cut))
        .or(() -> Optional.of(cut).filter(block -> block.rows() >= FEWEST_ROWS));
  }
}
