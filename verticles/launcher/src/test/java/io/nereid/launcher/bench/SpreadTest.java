package io.nereid.launcher.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SpreadTest {
  @Test
  void theMiddleFigureIsTheMedianInWhateverOrderTheyCome() {
    assertThat(Spread.of(900, 100, 200)).contains(new Spread(200, 100, 900));
  }

  @Test
  void anEvenNumberOfFiguresHasTheMeanOfTheMiddleTwo() {
    assertThat(Spread.of(4, 1, 3, 100)).contains(new Spread(3, 1, 100));
    assertThat(Spread.of(Long.MAX_VALUE, Long.MAX_VALUE - 2))
        .contains(new Spread(Long.MAX_VALUE - 1, Long.MAX_VALUE - 2, Long.MAX_VALUE));
  }

  @Test
  void oneFigureIsAllThree() {
    assertThat(Spread.of(7)).contains(new Spread(7, 7, 7));
  }

  @Test
  void noFigureHasNoSpread() {
    assertThat(Spread.of()).isEmpty();
  }
}
