package io.flotilla.registry.lineage;

import io.flotilla.registry.lineage.Layers.Item;
import io.flotilla.registry.lineage.Layers.Way;
import io.flotilla.registry.lineage.LineageGraph.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Where everything is, in pixels. Cards of a column stand below each other and never overlap. */
final class Picture {
  static final double MARGIN = 28;
  static final double TOP = 92;
  static final double COLUMN_GAP = 104;
  static final double HEADING_Y = 74;

  private static final double ROW_GAP = 14;
  private static final double TALL_ROW_GAP = 30;
  private static final double LANE_HEIGHT = 10;

  private final Layers layers;
  private final List<Place> places = new ArrayList<>();
  private final Map<String, Place> byId = new HashMap<>();
  private final List<Double> lefts = new ArrayList<>();
  private final List<Double> widths = new ArrayList<>();
  private double height;

  /**
   * A place in the picture.
   *
   * @param item what is there
   */
  record Place(Item item, double x, double y, double width, double height) {
    double right() {
      return x + width;
    }

    double middle() {
      return y + height / 2;
    }

    double bottom() {
      return y + height;
    }
  }

  Picture(Layers layers) {
    this.layers = layers;
    double above = 0;
    double below = 0;
    for (List<Item> column : layers.columns()) {
      double anchor = anchor(column);
      above = Math.max(above, anchor);
      below = Math.max(below, heightOf(column) - anchor);
    }
    double left = MARGIN;
    for (List<Item> column : layers.columns()) {
      double width = column.stream().mapToDouble(Picture::wantedWidth).max().orElse(Card.MIN_WIDTH);
      lefts.add(left);
      widths.add(width);
      stack(column, left, width, TOP + above - anchor(column));
      left += width + COLUMN_GAP;
    }
    height = TOP + above + below + MARGIN;
  }

  private void stack(List<Item> column, double left, double width, double top) {
    double y = top;
    for (Item item : column) {
      Place place = new Place(item, left, y, width, heightOf(item));
      places.add(place);
      byId.put(item.id(), place);
      y += heightOf(item) + gap(column);
    }
  }

  List<Place> places() {
    return places;
  }

  Place place(String id) {
    Place place = byId.get(id);
    if (place == null) {
      throw new IllegalArgumentException("nothing is drawn for " + id);
    }
    return place;
  }

  List<Way> ways() {
    return layers.ways();
  }

  boolean sameColumn(Place one, Place other) {
    return layers.column(one.item().id()) == layers.column(other.item().id());
  }

  int columns() {
    return lefts.size();
  }

  double left(int column) {
    return lefts.get(column);
  }

  String heading(int column) {
    return switch (layers.kind(column)) {
      case 0 -> "Data and code";
      case 1 -> "Run";
      case 2 -> "Version";
      case 3 -> "Rollouts";
      default -> "Devices";
    };
  }

  double width() {
    return lefts.isEmpty() ? 2 * MARGIN : lefts.getLast() + widths.getLast() + MARGIN;
  }

  double height() {
    return height;
  }

  /** What of a column stands on the picture's middle line: the version, else its own middle. */
  private static double anchor(List<Item> column) {
    double y = 0;
    for (Item item : column) {
      if (item instanceof Item.Of(Card card) && card.node().kind() == Kind.VERSION) {
        return y + card.height() / 2;
      }
      y += heightOf(item) + gap(column);
    }
    return heightOf(column) / 2;
  }

  private static double heightOf(List<Item> column) {
    return column.stream().mapToDouble(Picture::heightOf).sum() + (column.size() - 1) * gap(column);
  }

  /** Within the version's column there are edges between the cards, with words beside them. */
  private static double gap(List<Item> column) {
    boolean tall =
        column.stream()
            .anyMatch(
                item -> item instanceof Item.Of(Card card) && card.node().kind() == Kind.VERSION);
    return tall ? TALL_ROW_GAP : ROW_GAP;
  }

  private static double heightOf(Item item) {
    return switch (item) {
      case Item.Of(Card card) -> card.height();
      case Item.Lane _ -> LANE_HEIGHT;
    };
  }

  private static double wantedWidth(Item item) {
    return switch (item) {
      case Item.Of(Card card) -> card.width();
      case Item.Lane _ -> 0;
    };
  }
}
