"""List packages that everybody installs, which is why others take names like theirs."""

PYTHON_NAMES = """
aiobotocore aiohttp alembic anthropic anyio apache-airflow arrow attrs babel beautifulsoup4 black
bleach boto3 botocore celery certifi cffi chardet charset-normalizer click cloudpickle colorama
coverage cryptography cython dask datasets django django-cors-headers djangorestframework docker
docutils elasticsearch faker fastapi filelock flake8 flask flask-cors flask-login flask-sqlalchemy
fsspec gensim gevent gitpython google-auth grpcio gunicorn h11 httptools httpx huggingface-hub
hypothesis idna importlib-metadata ipython isort jinja2 jmespath joblib jsonschema jupyter keras
kombu langchain lightgbm loguru lxml mako markdown markupsafe marshmallow matplotlib mccabe
more-itertools msgpack multidict mypy networkx nltk notebook numba numpy oauthlib openai
opencv-python openpyxl orjson packaging pandas paramiko passlib pathspec pillow pip plotly pluggy
poetry polars prometheus-client protobuf psutil psycopg psycopg2 psycopg2-binary pyarrow pyasn1
pycparser pycryptodome pydantic pydantic-settings pyflakes pygments pyjwt pylint pymongo pymysql
pyopenssl pyparsing pyserial pyspark pytest pytest-asyncio pytest-cov pytest-mock pytest-xdist
python-dateutil python-dotenv python-multipart pytz pyyaml pyzmq redis regex requests
requests-oauthlib rich rsa ruff s3transfer scikit-image scikit-learn scipy scrapy seaborn selenium
sentry-sdk setuptools simplejson six sniffio sortedcontainers spacy sphinx sqlalchemy sqlmodel
starlette statsmodels structlog sympy tabulate tenacity tensorflow termcolor toml tomli tomlkit
torch torchvision tornado tox tqdm transformers twine typer typing-extensions tzdata ujson urllib3
uvicorn uvloop virtualenv watchdog websockets werkzeug wheel wrapt xgboost xlrd yarl zipp
"""
NODE_NAMES = """
@babel/core @types/node ajv angular async axios babel-loader bcrypt bluebird body-parser bootstrap
chai chalk cheerio chokidar classnames colors commander compression concurrently cookie-parser cors
cross-env crypto-js css-loader cypress date-fns dayjs debug dotenv ejs electron esbuild eslint
eslint-config-prettier express express-session fastify fs-extra glob graphql handlebars helmet
http-proxy husky immer inquirer ioredis jest jquery js-yaml jsdom jsonwebtoken knex koa lint-staged
lodash lodash-es luxon marked mime minimist mkdirp mocha moment mongodb mongoose morgan multer mysql
mysql2 nanoid next node-fetch nodemailer nodemon nuxt passport pg playwright pnpm postcss preact
prettier prisma prop-types puppeteer qs query-string ramda react react-dom react-redux react-router
react-router-dom redis redux request rimraf rollup rxjs sass semver sequelize sharp shelljs sinon
socket.io socket.io-client sqlite3 styled-components supertest svelte tailwindcss three ts-jest
ts-node tslib turbo typeorm typescript underscore uuid validator vite vitest vue vue-router webpack
webpack-cli winston ws yargs yup zod zustand
"""
PYTHON = frozenset(PYTHON_NAMES.split())
NODE = frozenset(NODE_NAMES.split())
