"""Plans, processes, progress and problems: what `nix` and its friends are asked, and what they say.

Knows nothing of LSP nor of how a repository is laid out. A deployment, from the outside:

    situation = await situation_here(options_for(settings.deploy, host), trusted=True)
    target = make_target(root, user, host, output, system)
    made = plan.switch(target, situation)                # a Plan, or a Refusal with its reason
    around = Surroundings(situation, environment(situation.machine), index)
    outcome = await deploy(made, ui, around)             # Done, Failed, NotRun or HandedOver

Reading order: `target`, `situation`, `step` (data), `plan` (what is run), `session` (running it),
`process`, `lock`; then `log`, `error_text`, `classify`, `diagnose` (what went wrong, and where).
"""
