package io.flotilla.registry.lineage;

import io.flotilla.registry.lineage.LineageGraph.Kind;
import io.flotilla.registry.lineage.LineageGraph.Node;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A node as it is drawn.
 *
 * @param node what it shows
 * @param lines below the label, at most two
 */
record Card(Node node, List<String> lines) {
  static final double CAPTION_SIZE = 9.5;
  static final double LABEL_SIZE = 13.5;
  static final double LINE_SIZE = 11;

  /**
   * From the left edge, its bar of colour included, to the text; and from the text to the right.
   */
  static final double LEFT = 16;

  static final double RIGHT = 12;
  static final double CAPTION_Y = 19;
  static final double LABEL_Y = 36;
  static final double LINE_HEIGHT = 15;
  static final double MIN_WIDTH = 132;
  static final double MAX_WIDTH = 252;

  private static final double BOTTOM = 12;
  private static final int MOST_LINES = 2;

  /** A digest, of which the beginning is enough. */
  private static final Pattern DIGEST = Pattern.compile("([0-9a-f]{12})[0-9a-f]{12,}");

  private static final int YEAR = "2026-".length();

  static Card of(Node node) {
    Map<String, String> facts = node.facts();
    if (node.kind() == Kind.INTERVAL && facts.containsKey("from")) {
      return new Card(node, List.of(span(facts.get("from"), facts.getOrDefault("to", "now"))));
    }
    return new Card(
        node,
        facts.entrySet().stream()
            .limit(MOST_LINES)
            .map(fact -> fact.getKey() + " " + shortened(fact.getValue()))
            .toList());
  }

  /** The year of the end is only said if it is another. */
  private static String span(String from, String to) {
    boolean sameYear = to.length() > YEAR && from.startsWith(to.substring(0, YEAR));
    return from + " – " + (sameYear ? to.substring(YEAR) : to);
  }

  private static String shortened(String text) {
    return DIGEST.matcher(text).replaceAll("$1…");
  }

  /** What kind of thing it is, for people. */
  String caption() {
    return switch (node.kind()) {
      case DATASET -> "DATASET";
      case COMMIT -> "GIT COMMIT";
      case RUN -> "RUN";
      case VERSION -> "MODEL VERSION";
      case BUNDLE -> "BUNDLE";
      case SIGNATURE -> "SIGNATURE";
      case ENVIRONMENT -> "ENVIRONMENT";
      case ROLLOUT -> "ROLLOUT";
      case INTERVAL -> "DEVICE";
    };
  }

  String cssClass() {
    return node.kind().name().toLowerCase(Locale.ROOT);
  }

  double height() {
    return LABEL_Y + lines.size() * LINE_HEIGHT + BOTTOM;
  }

  /** The width that shows all of it, within the limits. */
  double width() {
    double text =
        Math.max(
            TextFit.width(caption(), CAPTION_SIZE) * 1.1,
            TextFit.width(node.label(), LABEL_SIZE) * 1.05);
    for (String line : lines) {
      text = Math.max(text, TextFit.width(line, LINE_SIZE));
    }
    return Math.clamp(Math.ceil(text) + LEFT + RIGHT, MIN_WIDTH, MAX_WIDTH);
  }
}
