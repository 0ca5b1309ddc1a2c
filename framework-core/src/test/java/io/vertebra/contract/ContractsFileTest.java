package io.vertebra.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.contract.Compatibility.Verdict;
import io.vertebra.error.ContractException;
import io.vertebra.error.ErrorCode;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ContractsFileTest {
  record Reserve(String sku) {}

  record Reserved(int left) {}

  static final class Later {
    record Reserve(String sku, int quantity) {}
  }

  static final class Softer {
    record Reserve(String sku, Optional<Integer> quantity) {}
  }

  private static final Request<Reserve, Reserved> RESERVE =
      Request.of("stock.reserve", Reserve.class, Reserved.class);
  private static final Topic<Reserved> LEFT = Topic.of("stock.left", Reserved.class);

  private final ContractsFile committed =
      ContractsFile.parse(ContractsFile.of(RESERVE, LEFT).render());

  @Test
  void the_same_contracts_pass_in_any_order() {
    assertThatCode(() -> ContractsFile.of(LEFT, RESERVE).checkAgainst(committed))
        .doesNotThrowAnyException();
    assertThat(ContractsFile.of(LEFT, RESERVE).render())
        .isEqualTo(committed.render())
        .endsWith("}\n");
  }

  @Test
  void v6_a_break_is_reported_with_contract_and_field() {
    ContractsFile now =
        ContractsFile.of(LEFT, Request.of("stock.reserve", Later.Reserve.class, Reserved.class));

    assertThatThrownBy(() -> now.checkAgainst(committed))
        .isInstanceOfSatisfying(
            ContractException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.CONTRACT_MISMATCH))
        .hasMessageContaining("stock.reserve v1: Reserve.quantity: a required field was added");
  }

  @Test
  void a_direction_that_is_not_wanted_may_break() {
    ContractsFile now =
        ContractsFile.of(LEFT, Request.of("stock.reserve", Later.Reserve.class, Reserved.class));

    assertThatThrownBy(() -> now.checkAgainst(committed, Verdict.FORWARD))
        .hasMessageContaining("out of date");
    assertThatThrownBy(() -> now.checkAgainst(committed, Verdict.BACKWARD))
        .hasMessageContaining("Reserve.quantity");
  }

  @Test
  void a_compatible_change_asks_for_a_new_file() {
    ContractsFile now =
        ContractsFile.of(LEFT, Request.of("stock.reserve", Softer.Reserve.class, Reserved.class));

    assertThatThrownBy(() -> now.checkAgainst(committed))
        .hasMessageContaining("the file is out of date");
    assertThatCode(() -> now.checkAgainst(ContractsFile.parse(now.render())))
        .doesNotThrowAnyException();
  }

  @Test
  void a_contract_that_is_gone_is_a_break_and_a_new_version_is_not() {
    assertThatThrownBy(() -> ContractsFile.of(RESERVE).checkAgainst(committed))
        .hasMessageContaining("stock.left v1: was removed");
    assertThatThrownBy(
            () -> ContractsFile.of(RESERVE, LEFT, LEFT.withVersion(2)).checkAgainst(committed))
        .hasMessageContaining("the file is out of date");
  }

  @Test
  void refuses_two_contracts_of_one_name_and_version_and_files_that_are_none() {
    assertThatThrownBy(() -> ContractsFile.of(RESERVE, RESERVE))
        .hasMessageContaining("there are two of version 1");
    assertThatThrownBy(() -> ContractsFile.parse("[")).hasMessageContaining("it is not JSON");
  }
}
