package io.vertebra.examples.payment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PaymentOnceTest {

  @Test
  void charges_and_books_each_order_once_whatever_the_provider_answers() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThat(PaymentOnce.run(new PrintStream(out, true, UTF_8))).isTrue();
    String printed = out.toString(UTF_8);

    String result = printed.substring(printed.lastIndexOf("RESULT"));
    assertThat(result.strip())
        .isEqualTo("RESULT payment-once orders=5 charged=4 taken=100.00 confirmations=5 bookings=4"
            + " booked=100.00 asked_again=0 books_balance=true");
    for (String order : new String[] {"late", "never"}) {
      assertThat(printed)
          .containsSubsequence(
              ", key " + order + "/charge",
              "shop: " + order + " may be charged or not, asks again",
              "provider: knows key " + order + "/charge, takes nothing",
              "shop: " + order + " charged, receipt-");
    }
    assertThat(printed).contains("provider: declines 5000.00, key declined/charge");
    String readme = Files.readString(Path.of("README.md"));
    assertThat(readme).contains(result);
  }
}
