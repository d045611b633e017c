package io.flotilla.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.cli.codec.Json;
import io.flotilla.cli.testing.Ran;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BenchCommandTest {
  @Test
  void printsAJsonLinePerFigure() {
    Ran ran = Ran.flotilla("bench", "scoring", "--rounds", "1", "--json");

    assertThat(ran.status()).isZero();
    List<Json> lines = ran.out().lines().map(Json::parse).toList();
    assertThat(lines).hasSize(10);
    for (Json line : lines) {
      assertThat(line.names())
          .containsExactly("bench", "case", "figure", "value", "unit", "bar", "holds");
      assertThat(line.text("bench")).isEqualTo("scoring");
      assertThat(line.get("value").asDouble()).isPositive();
    }
    assertThat(lines).extracting(line -> line.text("case")).contains("small", "middle");
  }

  @Test
  void endsWithATableForPeople() {
    Ran ran = Ran.flotilla("bench", "scoring", "--rounds", "1");

    assertThat(ran.out().lines().filter(line -> line.startsWith("{"))).hasSize(10);
    assertThat(ran.out()).contains("BENCH    CASE    FIGURE");
  }

  @Test
  void theRatioIsTheMedianOverRounds() {
    AtomicLong calls = new AtomicLong();

    Rounds rounds =
        Rounds.measure(5, 10, n -> calls.getAndIncrement() % 4 == 0 ? 9_000 : 2_000, n -> 1_000);

    assertThat(rounds.ratio()).isEqualTo(2.0);
    assertThat(rounds.floorNanos()).isEqualTo(100.0);
    assertThat(Rounds.median(new double[] {4, 1, 3, 2})).isEqualTo(2.5);
  }

  @Test
  void aFigureHoldsUpToItsBar() {
    Figure figure = new Figure("b", "c", "f", 1.04999, "x", new Figure.Bar.AtMost(1.05));

    assertThat(figure.json().toString())
        .isEqualTo(
            "{\"bench\":\"b\",\"case\":\"c\",\"figure\":\"f\",\"value\":1.05,\"unit\":\"x\","
                + "\"bar\":\"<=1.05\",\"holds\":true}");
    assertThat(new Figure("b", "c", "f", 1.051, "x", new Figure.Bar.AtMost(1.05)).holds())
        .isFalse();
  }

  @Test
  void refusesAFleetOfWhichMoreConnectThanThereAre() {
    Ran ran = Ran.flotilla("bench", "fleet", "--devices", "20", "--connected", "21");

    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err()).contains("--connected is 10 to --devices");
  }
}
