---The settings and their types, made by options.py from hmls/config.py.
return {
  target = 'string',
  features = {
    language = 'boolean',
    packages = 'boolean',
    completion = 'boolean',
    hover = 'boolean',
    definition = 'boolean',
    references = 'boolean',
    rename = 'boolean',
    symbols = 'boolean',
    links = 'boolean',
    structure = 'boolean',
    inlayHints = 'boolean',
    codeActions = 'boolean',
    codeLens = 'boolean',
    diagnostics = 'boolean',
  },
  layout = {
    homes = 'string',
    systems = 'string',
    homeModules = 'string',
  },
  deploy = {
    backupExtension = 'string',
    extraArguments = 'table',
    specialisation = 'string',
    targetHosts = 'table',
    buildHosts = 'table',
  },
  storeRoot = 'string',
}
