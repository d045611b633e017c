package io.flotilla.registry.lineage;

import io.flotilla.registry.lineage.Layers.Item;
import io.flotilla.registry.lineage.Layers.Way;
import io.flotilla.registry.lineage.LineageGraph.Edge;
import io.flotilla.registry.lineage.LineageGraph.Kind;
import io.flotilla.registry.lineage.LineageGraph.Node;
import io.flotilla.registry.lineage.Picture.Place;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Draws a graph as SVG 1.1: what came before at the left, what came of it at the right. The text
 * stands alone (no fonts, scripts or links), says in words what it shows, and has its own
 * background, so that it can be read on a light and on a dark page. Of many things of a kind the
 * first are drawn and the others counted, so that the picture stays below some 1,600 by 2,000
 * pixels. The same graph always gives the same text.
 */
public final class LineageSvg {
  private static final double LABEL_SIZE = 10.5;
  private static final double TITLE_SIZE = 18;
  private static final double BRACKET = 20;
  private static final double ARROW = 7;
  private static final double CORNER = 9;
  private static final double BAR = 5;
  private static final int MOST_SENTENCES = 40;

  private static final String STYLE =
      """

      .page{fill:#ffffff}.card{fill:#ffffff;stroke:#cbd5e1;stroke-width:1}
      .version .card{stroke:#1d4ed8;stroke-width:2}
      .way{fill:none;stroke:#94a3b8;stroke-width:1.5}.arrow{fill:#94a3b8}
      text{font-family:"DejaVu Sans",system-ui,"Segoe UI",Roboto,Helvetica,Arial,sans-serif;fill:#0f172a}
      .title{font-size:18px;font-weight:600}.heading{font-size:12px;fill:#475569}
      .caption{font-size:9.5px;letter-spacing:.05em;font-weight:600}.label{font-size:13.5px;font-weight:600}
      .line{font-size:11px;fill:#475569}
      .verb{font-size:10.5px;fill:#475569;stroke:#ffffff;stroke-width:4px;paint-order:stroke}
      .dataset .hue{fill:#0f766e}.commit .hue{fill:#6d28d9}.run .hue{fill:#b45309}
      .version .hue{fill:#1d4ed8}.bundle .hue{fill:#334155}.signature .hue{fill:#be123c}
      .environment .hue{fill:#4d7c0f}.rollout .hue{fill:#a21caf}.interval .hue{fill:#0369a1}
      @media (prefers-color-scheme:dark){
      .page{fill:#0f172a}.card{fill:#1e293b;stroke:#475569}.version .card{stroke:#93c5fd}
      .way{stroke:#64748b}.arrow{fill:#64748b}text{fill:#f1f5f9}
      .heading,.line,.verb{fill:#cbd5e1}.verb{stroke:#0f172a}
      .dataset .hue{fill:#5eead4}.commit .hue{fill:#c4b5fd}.run .hue{fill:#fcd34d}
      .version .hue{fill:#93c5fd}.bundle .hue{fill:#cbd5e1}.signature .hue{fill:#fda4af}
      .environment .hue{fill:#bef264}.rollout .hue{fill:#f0abfc}.interval .hue{fill:#7dd3fc}
      }
      """;

  private final LineageGraph whole;
  private final Picture picture;
  private final SvgWriter svg = new SvgWriter();
  private final List<Verb> verbs = new ArrayList<>();
  private final Set<String> said = new HashSet<>();

  private LineageSvg(LineageGraph graph) {
    this.whole = graph;
    this.picture = new Picture(new Layers(Condensed.of(graph)));
  }

  /** The picture of a graph, as the text of an SVG file. */
  public static String draw(LineageGraph graph) {
    return new LineageSvg(graph).draw();
  }

  /** A word beside an edge: where its middle is, and how wide it is. */
  private record Verb(String text, double x, double y, double width) {
    boolean overlaps(Verb other) {
      return Math.abs(x - other.x) < (width + other.width) / 2 + 2
          && Math.abs(y - other.y) < LABEL_SIZE + 2;
    }
  }

  private String draw() {
    String title = title();
    double width =
        Math.max(picture.width(), TextFit.width(title, TITLE_SIZE) * 1.05 + 2 * Picture.MARGIN);
    svg.open(
        "svg",
        "xmlns",
        "http://www.w3.org/2000/svg",
        "viewBox",
        "0 0 %s %s".formatted(SvgWriter.number(width), SvgWriter.number(picture.height())),
        "width",
        width,
        "height",
        picture.height(),
        "role",
        "img",
        "aria-labelledby",
        "lineage-title lineage-desc");
    svg.open("title", "id", "lineage-title").text(title).close();
    svg.open("desc", "id", "lineage-desc").text(summary()).close();
    svg.open("style").text(STYLE).close();
    svg.leaf("rect", "class", "page", "width", "100%", "height", "100%");
    words("title", Picture.MARGIN, 38, title);
    for (int column = 0; column < picture.columns(); column++) {
      words("heading", picture.left(column), Picture.HEADING_Y, picture.heading(column));
    }
    picture.ways().forEach(this::way);
    picture.places().forEach(this::card);
    picture.ways().stream().sorted(Comparator.comparingDouble(this::slope)).forEach(this::verb);
    words("line", Picture.MARGIN, picture.height() - 10, "Times are in UTC.");
    return svg.close().result();
  }

  private void way(Way way) {
    List<Place> stops = way.stops().stream().map(picture::place).toList();
    Place from = stops.getFirst();
    Place to = stops.getLast();
    svg.open("g");
    if (picture.sameColumn(from, to)) {
      within(from, to);
    } else {
      across(stops);
    }
    svg.close();
  }

  /** Between two cards of a column: straight if they are neighbours, else around those between. */
  private void within(Place from, Place to) {
    if (neighbours(from, to)) {
      boolean down = from.y() < to.y();
      double x = from.x() + from.width() / 2;
      double end = down ? to.y() : to.bottom();
      double side = down ? -ARROW : ARROW;
      line("M%s %sV%s", x, down ? from.bottom() : from.y(), end + side);
      arrow("M%s %sl%s %sh%s z", x, end, ARROW / 2, side, -ARROW);
    } else {
      line(
          "M%s %sh%s V%s H%s",
          from.x(), from.middle() + CORNER, -BRACKET, to.middle(), to.x() - ARROW);
      arrow("M%s %sl%s %sv%s z", to.x(), to.middle(), -ARROW, -ARROW / 2, ARROW);
    }
  }

  private boolean neighbours(Place one, Place other) {
    double top = Math.min(one.y(), other.y());
    double bottom = Math.max(one.y(), other.y());
    return picture.places().stream()
        .noneMatch(
            place -> picture.sameColumn(place, one) && place.y() > top && place.y() < bottom);
  }

  private void across(List<Place> stops) {
    Place from = stops.getFirst();
    Place to = stops.getLast();
    StringBuilder path = new StringBuilder();
    path.append(
        "M%s %s".formatted(SvgWriter.number(from.right()), SvgWriter.number(from.middle())));
    for (int i = 1; i < stops.size(); i++) {
      Place before = stops.get(i - 1);
      Place next = stops.get(i);
      double end = next.equals(to) ? next.x() - ARROW : next.x();
      double middle = (before.right() + end) / 2;
      path.append(
          "C%s %s %s %s %s %s"
              .formatted(
                  SvgWriter.number(middle),
                  SvgWriter.number(before.middle()),
                  SvgWriter.number(middle),
                  SvgWriter.number(next.middle()),
                  SvgWriter.number(end),
                  SvgWriter.number(next.middle())));
      if (!next.equals(to)) {
        path.append("H").append(SvgWriter.number(next.right()));
      }
    }
    svg.leaf("path", "class", "way", "d", path);
    arrow("M%s %sl%s %sv%s z", to.x(), to.middle(), -ARROW, -ARROW / 2, ARROW);
  }

  private void line(String form, Double... numbers) {
    svg.leaf("path", "class", "way", "d", filled(form, numbers));
  }

  private void arrow(String form, Double... numbers) {
    svg.leaf("path", "class", "arrow", "d", filled(form, numbers));
  }

  private static String filled(String form, Double... numbers) {
    return form.formatted(Arrays.stream(numbers).map(SvgWriter::number).toArray());
  }

  private void card(Place place) {
    if (!(place.item() instanceof Item.Of(Card card))) {
      return;
    }
    Node node = card.node();
    svg.open("g", "class", card.cssClass());
    svg.open("title").text(hint(node)).close();
    svg.leaf(
        "rect",
        "class",
        "card",
        "x",
        place.x(),
        "y",
        place.y(),
        "width",
        place.width(),
        "height",
        place.height(),
        "rx",
        CORNER);
    bar(place);
    double x = place.x() + Card.LEFT;
    double room = place.width() - Card.LEFT - Card.RIGHT;
    words("caption hue", x, place.y() + Card.CAPTION_Y, card.caption());
    words("label", x, place.y() + Card.LABEL_Y, TextFit.fit(node.label(), Card.LABEL_SIZE, room));
    double y = place.y() + Card.LABEL_Y;
    for (String line : card.lines()) {
      y += Card.LINE_HEIGHT;
      words("line", x, y, TextFit.fit(line, Card.LINE_SIZE, room));
    }
    svg.close();
  }

  /** The left edge in the colour of its kind. */
  private void bar(Place place) {
    svg.leaf(
        "path",
        "class",
        "hue",
        "d",
        filled(
            "M%s %sv%s a%s %s 0 0 0 %s %sv%s a%s %s 0 0 0 %s %s z",
            place.x(),
            place.y() + CORNER,
            place.height() - 2 * CORNER,
            BAR,
            CORNER,
            BAR,
            CORNER,
            -place.height(),
            BAR,
            CORNER,
            -BAR,
            CORNER));
  }

  /** Says once what edges between these kinds mean, where there is room for it. */
  private void verb(Way way) {
    Place from = picture.place(way.stops().get(0));
    Place to = picture.place(way.stops().get(1));
    double width = TextFit.width(way.edge().verb(), LABEL_SIZE);
    Verb verb;
    if (!picture.sameColumn(from, to)) {
      verb =
          new Verb(
              way.edge().verb(),
              (from.right() + to.x()) / 2,
              (from.middle() + to.middle()) / 2 + LABEL_SIZE / 3,
              width);
    } else if (neighbours(from, to)) {
      double x = from.x() + from.width() / 2 + CORNER + width / 2;
      double top = Math.min(from.bottom(), to.bottom());
      double bottom = Math.max(from.y(), to.y());
      verb = new Verb(way.edge().verb(), x, (top + bottom) / 2 + LABEL_SIZE / 3, width);
    } else {
      return;
    }
    if (verbs.stream().noneMatch(verb::overlaps)
        && said.add(kind(from) + " " + verb.text() + " " + kind(to))) {
      verbs.add(verb);
      svg.open("text", "class", "verb", "x", verb.x(), "y", verb.y(), "text-anchor", "middle")
          .text(verb.text())
          .close();
    }
  }

  private double slope(Way way) {
    return Math.abs(
        picture.place(way.stops().get(0)).middle() - picture.place(way.stops().get(1)).middle());
  }

  private static String kind(Place place) {
    return place.item() instanceof Item.Of(Card card) ? card.cssClass() : "";
  }

  private void words(String cssClass, double x, double y, String text) {
    svg.open("text", "class", cssClass, "x", x, "y", y).text(text).close();
  }

  private String title() {
    return whole.nodes().stream()
        .filter(node -> node.kind() == Kind.VERSION)
        .map(node -> "Lineage of " + node.label())
        .findFirst()
        .orElse("Lineage");
  }

  /** All that is known of a node, for whoever points at it. */
  private static String hint(Node node) {
    return node.facts().entrySet().stream()
        .map(fact -> "\n" + fact.getKey() + ": " + fact.getValue())
        .collect(Collectors.joining("", node.label(), ""));
  }

  /** The picture in words: how many of what, and the relations up to the rollouts. */
  private String summary() {
    Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
    Map<String, Node> nodes = new HashMap<>();
    for (Node node : whole.nodes()) {
      counts.merge(node.kind(), 1, Integer::sum);
      nodes.put(node.id(), node);
    }
    String counted =
        counts.entrySet().stream()
            .map(count -> count.getValue() + " × " + count.getKey().name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", ", "Shown from left to right: ", ". "));
    return whole.edges().stream()
        .filter(edge -> !edge.to().startsWith("interval/"))
        .limit(MOST_SENTENCES)
        .map(edge -> said(nodes, edge))
        .collect(Collectors.joining(" ", counted, ""));
  }

  private static String said(Map<String, Node> nodes, Edge edge) {
    Node from = nodes.get(edge.from());
    Node to = nodes.get(edge.to());
    return from == null || to == null
        ? ""
        : "%s %s %s.".formatted(from.label(), edge.verb(), to.label());
  }
}
