/* The sizes and offsets that plugins in the field were compiled with: they change with the major
 * version only. Read as C and as C++, by each compiler at hand. */
#include "plugin/abi.h"

#define HOLDS(name, condition) typedef char name[(condition) ? 1 : -1]
#define AT(type, member, offset) HOLDS(type##_##member, offsetof(type##_t, member) == (offset))

HOLDS(size_option, sizeof(memmap_option_t) == 64);
AT(memmap_option, struct_size, 0);
AT(memmap_option, type, 4);
AT(memmap_option, name, 8);
AT(memmap_option, help, 16);
AT(memmap_option, default_value, 24);
AT(memmap_option, choices, 32);
AT(memmap_option, min, 40);
AT(memmap_option, max, 48);
AT(memmap_option, flags, 56);

HOLDS(size_range, sizeof(memmap_range_t) == 32);
AT(memmap_range, struct_size, 0);
AT(memmap_range, type, 4);
AT(memmap_range, base, 8);
AT(memmap_range, end, 16);
AT(memmap_range, nid, 24);
AT(memmap_range, flags, 28);

HOLDS(size_facts, sizeof(memmap_facts_t) == 168);
AT(memmap_facts, struct_size, 0);
AT(memmap_facts, max_nodes, 4);
AT(memmap_facts, command_line, 8);
AT(memmap_facts, kernel_release, 16);
AT(memmap_facts, node_memory, 24);
AT(memmap_facts, node_memory_count, 32);
AT(memmap_facts, mtrrs, 40);
AT(memmap_facts, mtrr_count, 48);
AT(memmap_facts, mtrr_default, 56);
AT(memmap_facts, kernel_version, 64);
AT(memmap_facts, flags, 76);
AT(memmap_facts, mtrr_tom2, 80);
AT(memmap_facts, parameters, 88);
AT(memmap_facts, parameter_count, 96);
AT(memmap_facts, cpu_nodes, 104);
AT(memmap_facts, cpu_node_count, 112);
AT(memmap_facts, pci, 120);
AT(memmap_facts, pci_count, 128);
AT(memmap_facts, other_nodes, 136);
AT(memmap_facts, other_node_count, 144);
AT(memmap_facts, distances, 152);
AT(memmap_facts, distance_count, 160);

HOLDS(size_setting, sizeof(memmap_setting_t) == 16);
AT(memmap_setting, value, 8);
HOLDS(size_pci, sizeof(memmap_pci_t) == 8);
AT(memmap_pci, vendor, 4);
AT(memmap_pci, device, 6);

HOLDS(size_message, sizeof(memmap_message_t) == 40);
AT(memmap_message, severity, 4);
AT(memmap_message, text, 8);
AT(memmap_message, rule, 16);
AT(memmap_message, base, 24);
AT(memmap_message, end, 32);

HOLDS(size_answer, sizeof(memmap_answer_t) == 64);
AT(memmap_answer, struct_size, 0);
AT(memmap_answer, verb, 4);
AT(memmap_answer, base, 8);
AT(memmap_answer, end, 16);
AT(memmap_answer, from, 24);
AT(memmap_answer, to, 28);
AT(memmap_answer, nid, 32);
AT(memmap_answer, flags, 36);
AT(memmap_answer, reason, 40);
AT(memmap_answer, rule, 48);
AT(memmap_answer, align, 56);

HOLDS(size_host, sizeof(memmap_host_t) == 144);
AT(memmap_host, struct_size, 0);
AT(memmap_host, abi_minor, 4);
AT(memmap_host, ctx, 8);
AT(memmap_host, option, 16);
AT(memmap_host, number, 24);
AT(memmap_host, emit, 32);
AT(memmap_host, distance, 40);
AT(memmap_host, warn, 48);
AT(memmap_host, fail, 56);
AT(memmap_host, say, 64);
AT(memmap_host, read_number, 72);
AT(memmap_host, has_config, 80);
AT(memmap_host, finding, 88);
AT(memmap_host, entry, 96);
AT(memmap_host, fact, 104);
AT(memmap_host, input_error, 112);
AT(memmap_host, write, 120);
AT(memmap_host, bad_option, 128);
AT(memmap_host, kernel_does, 136);

HOLDS(size_trim_input, sizeof(memmap_trim_input_t) == 48);
AT(memmap_trim_input, struct_size, 0);
AT(memmap_trim_input, hook, 4);
AT(memmap_trim_input, facts, 8);
AT(memmap_trim_input, ranges, 16);
AT(memmap_trim_input, range_count, 24);
AT(memmap_trim_input, parameter, 32);
AT(memmap_trim_input, end_of_ram, 40);
HOLDS(size_trim, sizeof(memmap_trim_t) == 16);
AT(memmap_trim, struct_size, 0);
AT(memmap_trim, hooks, 4);
AT(memmap_trim, run, 8);

HOLDS(size_numa_input, sizeof(memmap_numa_input_t) == 72);
AT(memmap_numa_input, struct_size, 0);
AT(memmap_numa_input, facts, 8);
AT(memmap_numa_input, memory, 16);
AT(memmap_numa_input, memory_count, 24);
AT(memmap_numa_input, end_of_ram, 32);
AT(memmap_numa_input, blocks, 40);
AT(memmap_numa_input, block_count, 48);
AT(memmap_numa_input, nodes, 56);
AT(memmap_numa_input, node_count, 64);
HOLDS(size_numa, sizeof(memmap_numa_t) == 16);
AT(memmap_numa, struct_size, 0);
AT(memmap_numa, flags, 4);
AT(memmap_numa, run, 8);

HOLDS(size_find, sizeof(memmap_find_t) == 48);
AT(memmap_find, struct_size, 0);
AT(memmap_find, nid, 4);
AT(memmap_find, size, 8);
AT(memmap_find, align, 16);
AT(memmap_find, base, 24);
AT(memmap_find, end, 32);
AT(memmap_find, flags, 40);
HOLDS(size_free_ranges, sizeof(memmap_free_ranges_t) == 48);
AT(memmap_free_ranges, struct_size, 0);
AT(memmap_free_ranges, ctx, 8);
AT(memmap_free_ranges, next_up, 16);
AT(memmap_free_ranges, next_down, 24);
AT(memmap_free_ranges, first_fit_up, 32);
AT(memmap_free_ranges, first_fit_down, 40);
HOLDS(size_alloc, sizeof(memmap_alloc_t) == 32);
AT(memmap_alloc, struct_size, 0);
AT(memmap_alloc, prepare, 8);
AT(memmap_alloc, release, 16);
AT(memmap_alloc, choose, 24);

HOLDS(size_finding, sizeof(memmap_finding_t) == 40);
AT(memmap_finding, struct_size, 0);
AT(memmap_finding, base, 8);
AT(memmap_finding, end, 16);
AT(memmap_finding, rule, 24);
AT(memmap_finding, text, 32);

HOLDS(size_owned, sizeof(memmap_owned_t) == 40);
AT(memmap_owned, struct_size, 0);
AT(memmap_owned, base, 8);
AT(memmap_owned, end, 16);
AT(memmap_owned, owner, 24);
AT(memmap_owned, function, 32);

HOLDS(size_zone, sizeof(memmap_zone_t) == 48);
AT(memmap_zone, struct_size, 0);
AT(memmap_zone, type, 4);
AT(memmap_zone, nid, 8);
AT(memmap_zone, start_pfn, 16);
AT(memmap_zone, spanned_pages, 24);
AT(memmap_zone, present_pages, 32);
AT(memmap_zone, managed_pages, 40);

HOLDS(size_free_run, sizeof(memmap_free_run_t) == 40);
AT(memmap_free_run, struct_size, 0);
AT(memmap_free_run, order, 4);
AT(memmap_free_run, nid, 8);
AT(memmap_free_run, zone, 12);
AT(memmap_free_run, migratetype, 16);
AT(memmap_free_run, first_pfn, 24);
AT(memmap_free_run, count, 32);

HOLDS(size_mapping, sizeof(memmap_mapping_t) == 40);
AT(memmap_mapping, struct_size, 0);
AT(memmap_mapping, flags, 4);
AT(memmap_mapping, virt, 8);
AT(memmap_mapping, phys, 16);
AT(memmap_mapping, page_size, 24);
AT(memmap_mapping, pages, 32);

HOLDS(size_event, sizeof(memmap_event_t) == 104);
AT(memmap_event, struct_size, 0);
AT(memmap_event, kind, 4);
AT(memmap_event, call, 8);
AT(memmap_event, severity, 12);
AT(memmap_event, step, 16);
AT(memmap_event, text, 24);
AT(memmap_event, function, 32);
AT(memmap_event, owner, 40);
AT(memmap_event, base, 48);
AT(memmap_event, end, 56);
AT(memmap_event, size, 64);
AT(memmap_event, align, 72);
AT(memmap_event, from, 80);
AT(memmap_event, to, 88);
AT(memmap_event, nid, 96);
AT(memmap_event, flags, 100);

HOLDS(size_state, sizeof(memmap_state_t) == 144);
AT(memmap_state, struct_size, 0);
AT(memmap_state, flags, 4);
AT(memmap_state, facts, 8);
AT(memmap_state, current_limit, 16);
AT(memmap_state, max_pfn, 24);
AT(memmap_state, ctx, 32);
AT(memmap_state, e820, 40);
AT(memmap_state, memory, 48);
AT(memmap_state, reserved, 56);
AT(memmap_state, owners, 64);
AT(memmap_state, in_use, 72);
AT(memmap_state, nodes, 80);
AT(memmap_state, zones, 88);
AT(memmap_state, free_blocks, 96);
AT(memmap_state, mappings, 104);
AT(memmap_state, messages, 112);
AT(memmap_state, memory_in, 120);
AT(memmap_state, reserved_in, 128);
AT(memmap_state, owners_in, 136);

HOLDS(size_check, sizeof(memmap_check_t) == 40);
AT(memmap_check, struct_size, 0);
AT(memmap_check, events, 4);
AT(memmap_check, prepare, 8);
AT(memmap_check, release, 16);
AT(memmap_check, event, 24);
AT(memmap_check, finish, 32);

HOLDS(size_source_input, sizeof(memmap_source_input_t) == 32);
AT(memmap_source_input, struct_size, 0);
AT(memmap_source_input, name, 8);
AT(memmap_source_input, bytes, 16);
AT(memmap_source_input, byte_count, 24);
HOLDS(size_source, sizeof(memmap_source_t) == 40);
AT(memmap_source, struct_size, 0);
AT(memmap_source, summary, 8);
AT(memmap_source, example, 16);
AT(memmap_source, recognise, 24);
AT(memmap_source, read, 32);

HOLDS(size_report_input, sizeof(memmap_report_input_t) == 72);
AT(memmap_report_input, struct_size, 0);
AT(memmap_report_input, json, 8);
AT(memmap_report_input, json_size, 16);
AT(memmap_report_input, state, 24);
AT(memmap_report_input, source, 32);
AT(memmap_report_input, format, 40);
AT(memmap_report_input, kernel, 48);
AT(memmap_report_input, command_line, 56);
AT(memmap_report_input, policy, 64);
HOLDS(size_report, sizeof(memmap_report_t) == 24);
AT(memmap_report, struct_size, 0);
AT(memmap_report, flags, 4);
AT(memmap_report, summary, 8);
AT(memmap_report, render, 16);

HOLDS(size_plugin, sizeof(memmap_plugin_t) == 64);
AT(memmap_plugin, struct_size, 0);
AT(memmap_plugin, magic, 4);
AT(memmap_plugin, abi_major, 8);
AT(memmap_plugin, abi_minor, 12);
AT(memmap_plugin, name, 16);
AT(memmap_plugin, version, 24);
AT(memmap_plugin, summary, 32);
AT(memmap_plugin, options, 40);
AT(memmap_plugin, option_count, 48);
AT(memmap_plugin, get_interface, 56);
