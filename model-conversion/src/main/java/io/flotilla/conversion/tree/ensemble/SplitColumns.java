package io.flotilla.conversion.tree.ensemble;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The columns that splits compare: the features themselves, then columns derived from them for what
 * a comparison cannot say (membership in a set of categories, zero that means missing). Derived
 * columns keep trees as small as they were, where chains of comparisons would copy whole subtrees.
 */
public final class SplitColumns {
  /** The column of a feature that is not there; no split by it is accepted. */
  public static final int NONE = -1;

  private final int features;
  private final Map<Integer, Integer> zeroMissing = new LinkedHashMap<>();
  private final Map<Membership, Integer> memberships = new LinkedHashMap<>();
  private int derived;

  /** How a float becomes a category. */
  public enum Rounding {
    /** Towards −∞: −0.5 is no category (XGBoost). */
    FLOOR,
    /** Towards 0: −0.5 is category 0 (LightGBM). */
    TRUNCATE
  }

  /**
   * A column that tells whether a feature's category is in a set: {@link #IN} or {@link #OUT}.
   * Compare it with {@link #BETWEEN}.
   *
   * @param feature the feature
   * @param categories the set, each below {@link TreeLimits#CATEGORIES}; what is negative, too
   *     large or infinite is outside
   * @param rounding how a float becomes a category
   * @param missingIsNan whether NaN stays NaN instead of being outside
   */
  public record Membership(
      int feature, BitSet categories, Rounding rounding, boolean missingIsNan) {
    /** Value of a category in the set. */
    public static final float IN = 0;

    /** Value of one outside the set. */
    public static final float OUT = 1;

    /** Threshold that tells them apart: a category in the set is below it. */
    public static final float BETWEEN = 0.5f;

    /** Copies the set. */
    public Membership {
      categories = (BitSet) categories.clone();
    }
  }

  /**
   * Columns over this many features, 1 to {@link TreeLimits#FEATURES}.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code TREE_DUMP_INVALID} if there are
   *     none or too many
   */
  public SplitColumns(int features) {
    if (features < 1 || features > TreeLimits.FEATURES) {
      throw InvalidTree.of(
          "it has %d features, and 1 to %d are read".formatted(features, TreeLimits.FEATURES));
    }
    this.features = features;
  }

  /** How many features there are; they are the columns 0 to one less. */
  public int features() {
    return features;
  }

  /** The column of a feature itself; {@link #NONE} if there is no such feature. */
  public int plain(int feature) {
    return isFeature(feature) ? feature : NONE;
  }

  /**
   * The column of a feature in which every value of magnitude up to 1e-35 has become NaN; {@link
   * #NONE} if there is no such feature.
   */
  public int zeroMissing(int feature) {
    return isFeature(feature)
        ? zeroMissing.computeIfAbsent(feature, f -> features + derived++)
        : NONE;
  }

  /**
   * The column that tells membership; equal ones share a column; {@link #NONE} if there is no such
   * feature.
   */
  public int membership(Membership membership) {
    return isFeature(membership.feature())
        ? memberships.computeIfAbsent(membership, m -> features + derived++)
        : NONE;
  }

  boolean has(int column) {
    return column >= 0 && column < features + derived;
  }

  boolean hasDerived() {
    return derived > 0;
  }

  private boolean isFeature(int feature) {
    return feature >= 0 && feature < features;
  }

  /** Features of {@link #zeroMissing} with their columns, in the order of the graph. */
  Map<Integer, Integer> zeroMissing() {
    return new TreeMap<>(zeroMissing);
  }

  /** Memberships that share a lookup, in the order of the graph. */
  List<Lookup> lookups() {
    Map<Lookup.Key, List<Membership>> groups = new TreeMap<>();
    memberships
        .keySet()
        .forEach(m -> groups.computeIfAbsent(Lookup.Key.of(m), key -> new ArrayList<>()).add(m));
    List<Lookup> lookups = new ArrayList<>();
    groups.forEach((key, members) -> lookups.add(new Lookup(key, members)));
    long cells = lookups.stream().mapToLong(Lookup::cells).sum();
    if (cells > TreeLimits.CATEGORY_CELLS) {
      throw InvalidTree.of(
          "its splits by category need tables of %d cells, and %d are made at most"
              .formatted(cells, TreeLimits.CATEGORY_CELLS));
    }
    return lookups;
  }

  /**
   * Where each column lies in the graph's extended input: features, zero-missing ones, then the
   * lookups one after the other.
   */
  int[] layout() {
    int[] layout = new int[features + derived];
    for (int feature = 0; feature < features; feature++) {
      layout[feature] = feature;
    }
    int next = features;
    for (int column : zeroMissing().values()) {
      layout[column] = next++;
    }
    for (Lookup lookup : lookups()) {
      for (Membership member : lookup.members()) {
        layout[Objects.requireNonNull(memberships.get(member))] = next++;
      }
    }
    return layout;
  }

  /**
   * A table with a row per category and a column per set.
   *
   * @param key what the memberships have in common
   * @param members the sets, one per column
   */
  record Lookup(Key key, List<Membership> members) {
    /** Row of what lies below category 0; category c has the row c + 1. */
    static final int BELOW = 0;

    record Key(int feature, Rounding rounding, boolean missingIsNan) implements Comparable<Key> {
      static Key of(Membership of) {
        return new Key(of.feature(), of.rounding(), of.missingIsNan());
      }

      @Override
      public int compareTo(Key other) {
        int byFeature = Integer.compare(feature, other.feature);
        int byRounding = byFeature != 0 ? byFeature : rounding.compareTo(other.rounding);
        return byRounding != 0 ? byRounding : Boolean.compare(missingIsNan, other.missingIsNan);
      }
    }

    /** How many categories have a row. */
    int categories() {
      return members.stream().mapToInt(m -> m.categories().length()).max().orElse(0);
    }

    /** Rows: below, the categories, above, missing. */
    int rows() {
      return categories() + 3;
    }

    long cells() {
      return (long) rows() * members.size();
    }

    float cell(int row, int column) {
      if (row == rows() - 1 && key.missingIsNan()) {
        return Float.NaN;
      }
      boolean in = row > BELOW && members.get(column).categories().get(row - 1);
      return in ? Membership.IN : Membership.OUT;
    }
  }
}
