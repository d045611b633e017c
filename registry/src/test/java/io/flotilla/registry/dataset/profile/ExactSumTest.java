package io.flotilla.registry.dataset.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExactSumTest {
  @Test
  void sumsOfAnyNumbersAreExactInAnyOrder() {
    for (long seed = 1; seed <= 50; seed++) {
      Random random = new Random(seed);
      List<Double> numbers = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        numbers.add(any(random));
      }
      BigDecimal sum = BigDecimal.ZERO;
      BigDecimal squares = BigDecimal.ZERO;
      for (double number : numbers) {
        sum = sum.add(new BigDecimal(number));
        squares = squares.add(new BigDecimal(number).pow(2));
      }
      Collections.shuffle(numbers, random);
      int cut = random.nextInt(numbers.size());
      Sums first = Sums.of(numbers.subList(0, cut));
      Sums second = Sums.of(numbers.subList(cut, numbers.size()));
      first.numbers.add(second.numbers);
      first.squares.add(second.squares);

      assertThat(decimal(first.numbers.value(), ExactSum.SUM_SCALE))
          .as("seed %d", seed)
          .isEqualByComparingTo(sum);
      assertThat(decimal(first.squares.value(), ExactSum.SQUARES_SCALE))
          .as("seed %d", seed)
          .isEqualByComparingTo(squares);
    }
  }

  @Test
  void extremesHaveRoom() {
    double[] extremes = {
      Double.MAX_VALUE, -Double.MAX_VALUE, Double.MIN_VALUE, -Double.MIN_VALUE, Double.MIN_NORMAL, 0
    };
    for (double extreme : extremes) {
      Sums sums = new Sums();
      for (int i = 0; i < 1000; i++) {
        sums.add(extreme);
      }
      BigDecimal exact = new BigDecimal(extreme);
      BigDecimal times = BigDecimal.valueOf(1000);
      assertThat(decimal(sums.numbers.value(), ExactSum.SUM_SCALE))
          .isEqualByComparingTo(exact.multiply(times));
      assertThat(decimal(sums.squares.value(), ExactSum.SQUARES_SCALE))
          .isEqualByComparingTo(exact.pow(2).multiply(times));
    }
  }

  @Test
  void partsBeyondTheRoomForCarriesAreCarried() {
    ExactSum whole = ExactSum.ofNumbers();
    ExactSum part = ExactSum.ofNumbers();
    for (int i = 0; i < 1024; i++) {
      part.add(-0.1);
    }
    BigInteger expected = part.value();
    for (int i = 0; i < 40; i++) {
      whole = ExactSum.ofNumbers();
      whole.add(part);
      whole.add(part);
      expected = expected.shiftLeft(1);
      part = whole;
    }
    assertThat(whole.value()).as("2^50 additions").isEqualTo(expected);
  }

  private static double any(Random random) {
    double number =
        switch (random.nextInt(4)) {
          case 0 -> Double.longBitsToDouble(random.nextLong());
          case 1 -> random.nextGaussian() * 1e-310;
          case 2 -> random.nextInt(1000) - 500;
          default -> random.nextGaussian() * 1e6;
        };
    return Double.isFinite(number) ? number : 0;
  }

  private static BigDecimal decimal(BigInteger units, int scale) {
    return new BigDecimal(units).divide(new BigDecimal(BigInteger.TWO.pow(scale)));
  }

  private static final class Sums {
    private final ExactSum numbers = ExactSum.ofNumbers();
    private final ExactSum squares = ExactSum.ofSquares();

    static Sums of(List<Double> numbers) {
      Sums sums = new Sums();
      numbers.forEach(sums::add);
      return sums;
    }

    void add(double number) {
      numbers.add(number);
      squares.addSquare(number);
    }
  }
}
