package io.flotilla.registry.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.registry.lineage.LineageGraph.Edge;
import io.flotilla.registry.lineage.LineageGraph.Kind;
import io.flotilla.registry.lineage.LineageGraph.Node;
import io.flotilla.registry.lineage.Picture.Place;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

class LineageSvgTest {
  private static final Path EXAMPLE = Path.of("..", "docs", "images", "lineage.svg");

  @Test
  void thePictureInTheDocumentsIsTheOneDrawn() throws IOException {
    String drawn = LineageSvg.draw(LineageBuilder.build(ExampleLineage.facts(46)));
    if (Boolean.getBoolean("flotilla.docs.write")) {
      Files.createDirectories(EXAMPLE.getParent());
      Files.writeString(EXAMPLE, drawn);
    }
    assertThat(EXAMPLE).as("draw it anew with -Dflotilla.docs.write=true").hasContent(drawn);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 16, 46, 200, 5000})
  void cardsNeverOverlapAndThePictureIsBounded(int intervals) {
    LineageGraph graph = LineageBuilder.build(ExampleLineage.facts(intervals));
    Picture picture = new Picture(new Layers(Condensed.of(graph)));
    List<Place> places = picture.places();
    for (int i = 0; i < places.size(); i++) {
      Place one = places.get(i);
      assertThat(one.right()).isLessThanOrEqualTo(picture.width() - Picture.MARGIN);
      assertThat(one.bottom()).isLessThanOrEqualTo(picture.height() - Picture.MARGIN + 1e-6);
      assertThat(one.y()).isGreaterThanOrEqualTo(Picture.TOP);
      for (int j = i + 1; j < places.size(); j++) {
        assertThat(apart(one, places.get(j))).as("%s %s", one, places.get(j)).isTrue();
      }
    }
    assertThat(picture.width()).isLessThan(1700);
    assertThat(picture.height()).isLessThan(2000);
    assertThat(LineageSvg.draw(graph).length()).isLessThan(64 << 10);
  }

  @Test
  void manyDevicesAreCounted() throws Exception {
    Document svg = parse(LineageSvg.draw(LineageBuilder.build(ExampleLineage.facts(200))));
    List<String> labels = texts(svg, "label");
    assertThat(labels).contains("cam-lyon-01", "digits:3", "3 more", "187 more");
    assertThat(labels).hasSizeLessThan(40);
    assertThat(svg.getElementsByTagName("desc").item(0).getTextContent())
        .contains("200 × interval")
        .contains("run-000007 made digits:3.");
  }

  @Test
  void aVersionAloneIsAPictureToo() throws Exception {
    Document svg = parse(LineageSvg.draw(LineageBuilder.build(ExampleLineage.alone())));
    assertThat(texts(svg, "label")).containsExactly("digits:3", "3f1c9a77e0d2");
    assertThat(texts(svg, "heading")).containsExactly("Version");
    parse(LineageSvg.draw(new LineageGraph(List.of(), List.of())));
  }

  @Test
  void whateverAnameSaysThePictureIsWellFormedAndStandsAlone() throws Exception {
    String nasty = "</text><script>alert(1)</script>&\"'\u0001\ufffe\ud800" + "W".repeat(3000);
    Node one = new Node(Kind.DATASET, "a", nasty, Map.of("key", nasty));
    Node two = new Node(Kind.VERSION, "b", nasty, Map.of());
    String drawn =
        LineageSvg.draw(new LineageGraph(List.of(one, two), List.of(new Edge("a", "b", nasty))));
    Document svg = parse(drawn);
    assertThat(svg.getElementsByTagName("script").getLength()).isZero();
    assertThat(drawn).doesNotContain("href").doesNotContain("url(");
    assertThat(texts(svg, "label")).allMatch(label -> label.endsWith("…"));
  }

  @Test
  void manyOfEveryKindStayWithinThePicture() throws Exception {
    List<Node> nodes = new ArrayList<>();
    List<Edge> edges = new ArrayList<>();
    nodes.add(new Node(Kind.VERSION, "v", "m:1", Map.of()));
    for (Kind kind : List.of(Kind.DATASET, Kind.SIGNATURE, Kind.ROLLOUT, Kind.INTERVAL)) {
      for (int i = 0; i < 100; i++) {
        String id = kind + "/" + i;
        nodes.add(new Node(kind, id, id, Map.of("a", "b")));
        boolean before = kind == Kind.DATASET;
        edges.add(
            kind == Kind.INTERVAL
                ? new Edge("ROLLOUT/" + i, id, "ran on")
                : new Edge(before ? id : "v", before ? "v" : id, "verb"));
      }
    }
    LineageGraph graph = new LineageGraph(nodes, edges);
    Document svg = parse(LineageSvg.draw(graph));
    assertThat(texts(svg, "label")).filteredOn("90 more"::equals).hasSizeGreaterThan(2);
    assertThat(Double.parseDouble(svg.getDocumentElement().getAttribute("height")))
        .isLessThan(2000);
  }

  @Test
  void theSameGraphIsTheSameText() {
    LineageGraph graph = LineageBuilder.build(ExampleLineage.facts(30));
    assertThat(LineageSvg.draw(graph)).isEqualTo(LineageSvg.draw(graph));
  }

  private static boolean apart(Place one, Place other) {
    return one.right() < other.x()
        || other.right() < one.x()
        || one.bottom() < other.y()
        || other.bottom() < one.y();
  }

  private static List<String> texts(Document svg, String cssClass) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < svg.getElementsByTagName("text").getLength(); i++) {
      Element text = (Element) svg.getElementsByTagName("text").item(i);
      if (text.getAttribute("class").equals(cssClass)) {
        texts.add(text.getTextContent());
      }
    }
    return texts;
  }

  private static Document parse(String svg)
      throws ParserConfigurationException, SAXException, IOException {
    return DocumentBuilderFactory.newDefaultInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
  }
}
